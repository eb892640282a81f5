import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Model
import WebGuard

/// Admits only browsers that were opened by the console's whole address, which has its key: on a machine with several
/// users, anyone can reach the port.
///
/// The address sets a cookie, so that further pages need no key. Programs send `Authorization: Bearer KEY`. Health checks,
/// metrics and the files of the pages' design need no key.
struct AccessGate<Context: RequestContext>: RouterMiddleware {
    private let key: String
    /// Two consoles of one machine share their cookies, because these ignore ports.
    private let cookie: String

    init(key: String) {
        self.key = key
        let digest = SHA256.hash(data: Data(key.utf8)).prefix(4)
        cookie = "gyrus-" + digest.map { String($0, radix: 16) }.joined()
    }

    /// Name of the parameter that has the key.
    private static var parameter: String { ServedKey.parameter }
    /// Beginnings of paths that need no key.
    private static var open: [String] { ["/health", "/metrics", "/assets/"] }

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        if Self.open.contains(where: path.hasPrefix) || isKnown(request) { return try await next(request, context) }
        if let given = request.uri.queryParameters[Substring(Self.parameter)], isKey(given) {
            return Response(
                status: .seeOther,
                headers: [
                    .location: path, .setCookie: "\(cookie)=\(key); Path=/; HttpOnly; SameSite=Lax",
                    .cacheControl: "no-store",
                ])
        }
        throw Refusal(
            .forbidden,
            "This console requires a key. Open the full address, including the key, that ‘gyrus up -d’ prints.")
    }

    private func isKnown(_ request: Request) -> Bool {
        if let bearer = request.headers[.authorization], bearer.hasPrefix("Bearer ") {
            return isKey(bearer.dropFirst("Bearer ".count))
        }
        let pairs = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }
        return pairs.contains { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 && parts[0] == cookie && isKey(parts[1])
        }
    }

    /// Compares digests, so that the time says nothing about the key.
    private func isKey(_ text: some StringProtocol) -> Bool {
        SHA256.hash(data: Data(text.utf8)) == SHA256.hash(data: Data(key.utf8))
    }
}
