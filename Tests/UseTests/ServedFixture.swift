import Foundation
import FoundationNetworking
import Model
import TestSupport

/// A running server, and a client of it.
struct ServedFixture {
    let process: ChildProcess
    let url: URL

    /// An answer.
    struct Answer {
        let status: Int
        let headers: [String: String]
        let body: Data

        var text: String { String(decoding: body, as: UTF8.self) }

        /// The body as JSON.
        func object() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: body) as? [String: Any] ?? [:]
        }

        /// The answer of the plain form for each sample.
        func predictions() throws -> [[String: Any]] { try object()["predictions"] as? [[String: Any]] ?? [] }
    }

    /// Starts a server on any free port.
    static func start(_ arguments: [String], in fixture: ProcessFixture) async throws -> ServedFixture {
        let file = fixture.directory.appending(path: "server.url")
        try? FileManager.default.removeItem(at: file)
        let process = try fixture.start("server", ["serve", "--port", "0", "--url-file", file.path] + arguments)
        while true {
            if let text = try? String(contentsOf: file, encoding: .utf8),
                let url = URL(string: text.trimmingCharacters(in: .whitespacesAndNewlines))
            {
                return ServedFixture(process: process, url: url)
            }
            guard process.isRunning else {
                throw Failure(.unavailable, (try? String(contentsOf: process.log, encoding: .utf8)) ?? "no log")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Sends a request; a body makes it a POST.
    func ask(_ path: String, _ body: Data? = nil, _ headers: [String: String] = [:]) async throws -> Answer {
        guard let address = URL(string: path, relativeTo: url) else {
            throw Failure(.invalidArgument, "'\(path)' is no address")
        }
        var request = URLRequest(url: address, timeoutInterval: 300)
        request.httpMethod = body == nil ? "GET" : "POST"
        request.httpBody = body
        if body != nil, headers["Content-Type"] == nil {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = response as? HTTPURLResponse
        let fields = (http?.allHeaderFields ?? [:]).map { ("\($0)".lowercased(), "\($1)") }
        return Answer(
            status: http?.statusCode ?? 0, headers: Dictionary(fields) { first, _ in first }, body: data)
    }

    /// Sends a form.
    func ask(_ path: String, form parts: [(name: String, file: String?, content: Data)]) async throws -> Answer {
        let boundary = "limit-\(UUID().uuidString)"
        var body = Data()
        for part in parts {
            let file = part.file.map { "; filename=\"\($0)\"" } ?? ""
            body += Data("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(file)\r\n\r\n".utf8)
            body += part.content + Data("\r\n".utf8)
        }
        body += Data("--\(boundary)--\r\n".utf8)
        return try await ask(path, body, ["Content-Type": "multipart/form-data; boundary=\(boundary)"])
    }
}
