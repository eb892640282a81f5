import Hummingbird
import Model
import NIOCore
import ServiceClient

/// The metrics of all services as one text for Prometheus.
struct MetricsPage: Sendable {
    let backends: Backends
    /// The console's own metrics.
    let own: @Sendable () async -> String

    /// The text; a service that does not answer is reported as down.
    func response() async -> Response {
        let texts = await withTaskGroup { group in
            for name in ServiceName.allCases {
                group.addTask { (name, try? await backends.ask(name) { try await $0.service(name).metrics() }) }
            }
            return await group.reduce(into: [ServiceName: String]()) { $0[$1.0] = $1.1 }
        }
        var metrics = MetricsText()
        for name in ServiceName.allCases {
            metrics.add(.up, labels: [("service", name.rawValue)], texts[name] == nil ? 0 : 1)
        }
        for name in ServiceName.allCases { metrics.add(texts[name] ?? "", service: name.rawValue) }
        metrics.add(await own(), service: "console")
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: metrics.text)))
    }
}
