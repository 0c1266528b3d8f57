package dev.levee.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Servers on the kernel's TCP, for `levee get`.
final class Servers {
    static final int NGINX_PORT = 80;

    private Servers() {}

    /// nginx, serving a directory, that answers.
    static Program nginx(Lab lab, Path root) throws IOException, InterruptedException {
        return nginx(lab, lab.namespace(), root);
    }

    /// The same in a namespace beside the lab's own.
    static Program nginx(Lab lab, Namespace where, Path root) throws IOException, InterruptedException {
        return nginx(lab, where, root, "");
    }

    /// The same with parameters of `listen`.
    static Program nginx(Lab lab, Namespace where, Path root, String listen) throws IOException, InterruptedException {
        var home = lab.newDirectory("nginx");
        var configuration = home.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off;
                user root;
                worker_processes 1;
                pid nginx.pid;
                error_log stderr notice;
                events { worker_connections 256; }
                http {
                    access_log off;
                    client_body_temp_path body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                    server {
                        listen %d %s;
                        listen [::]:%d %s;
                        root %s;
                    }
                }
                """.formatted(NGINX_PORT, listen, NGINX_PORT, listen, root));
        return lab.start(
                        where,
                        List.of(
                                Tools.path("nginx"),
                                "-e",
                                "stderr",
                                "-p",
                                home.toString(),
                                "-c",
                                configuration.toString()))
                .awaitErr("start worker process ");
    }

    /// A [ResetServer].
    static Program failing(Lab lab, String manner) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return lab.start(List.of(
                        java,
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        Tools.scratch().resolve("test-classes").toString(),
                        ResetServer.class.getName(),
                        manner))
                .awaitOut("ready");
    }
}
