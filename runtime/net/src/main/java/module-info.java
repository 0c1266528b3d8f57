/// What applications import: hosts with blocking TCP streams for virtual and platform threads.
///
/// A host's stack runs on one thread of its own, the shard. Applications talk to it through ports and rings:
/// they copy their octets into and out of the rings themselves, and publish how far they came.
///
/// ```java
/// {@code
/// var network = ...; // any Link: memory, TUN
/// try (var host = Host.builder().link(network).address("198.18.0.2/24").start();
///         var listener = host.listen(7)) {
///     while (true) {
///         var stream = listener.accept();
///         Thread.startVirtualThread(() -> {
///             try (stream) {
///                 stream.input().transferTo(stream.output());
///             } catch (IOException e) {
///                 System.err.println(e.getMessage());
///             }
///         });
///     }
/// }
/// }
/// ```
@org.jspecify.annotations.NullMarked
module dev.levee.net {
    requires static org.jspecify;
    requires transitive dev.levee.link;
    requires transitive dev.levee.stack;

    exports dev.levee.net;
}
