/// Hosts inside a process: listening, connecting, and streams that block the calling thread, best a virtual
/// one.
///
/// ```java
/// import dev.levee.link.MemoryLink;
/// import dev.levee.net.Host;
///
/// public class Hello {
///     public static void main(String[] args) throws Exception {
///         var cable = MemoryLink.pair(1500);
///         try (var server = Host.builder().link(cable.a()).address("198.18.0.2/24").start();
///                 var client = Host.builder().link(cable.b()).address("198.18.0.1/24").start();
///                 var listener = server.listen(7)) {
///             Thread.ofVirtual().start(() -> {
///                 try (var stream = listener.accept()) {
///                     stream.input().transferTo(stream.output());
///                 } catch (java.io.IOException e) {
///                     System.err.println(e.getMessage());
///                 }
///             });
///             try (var stream = client.connect("198.18.0.2", 7)) {
///                 stream.output().write("delivered, or you are told".getBytes());
///                 stream.shutdownOutput();
///                 System.out.println(new String(stream.input().readAllBytes()));
///             }
///         }
///     }
/// }
/// ```
///
/// Any [Link][dev.levee.link.Link] serves instead of the cable in memory. Libraries that want `java.net`
/// sockets get them from [Host#socketFactory()][dev.levee.net.Host#socketFactory()] and
/// [TcpStream#asSocket()][dev.levee.net.TcpStream#asSocket()].
///
/// How it works: a host's stack runs on one thread of its own, the shard. Applications meet it in ports. They
/// copy their octets into and out of the connection's rings themselves, publish how far they came, and wake the
/// shard if it sleeps; the shard publishes how far they may go, and wakes who waits for that. Nothing of it
/// takes a lock that both sides hold, and nothing allocates.
package dev.levee.net;
