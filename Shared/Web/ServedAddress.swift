public import Foundation
public import Logging

/// The address of a Gyrus web server, announced to people and to programs that wait for it.
public struct ServedAddress: Sendable {
    private let host: String
    private let file: URL?
    private let key: String?
    private let logger: Logger

    /// - Parameters:
    ///   - host: Address that it listens on.
    ///   - file: File that holds the URL while the server runs; nil for none.
    ///   - key: The key in its URL, which is not logged; nil for none.
    public init(host: String, file: URL?, key: String? = nil, logger: Logger) {
        self.key = key
        self.host = host
        self.file = file
        self.logger = logger
    }

    /// Announces the server's address once it answers.
    public func announce(port: Int) -> URL? {
        let isEverywhere = ["0.0.0.0", "::"].contains(host)
        let name = isEverywhere ? "localhost" : host
        let address = "http://\(name.contains(":") ? "[\(name)]" : name):\(port)"
        let whole = key.map { "\(address)/?\(ServedKey.parameter)=\($0)" } ?? address
        guard let url = URL(string: whole) else { return nil }
        logger.info("serving", metadata: ["url": "\(address)"])
        if let file {
            do {
                try Data("\(url.absoluteString)\n".utf8).write(to: file, options: .atomic)
                if key != nil { chmod(file.path, 0o600) }
            } catch {
                logger.error("cannot write the file with the URL", metadata: ["file": "\(file.path)"])
            }
        }
        return url
    }
}
