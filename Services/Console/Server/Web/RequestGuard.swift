import Foundation
import HTTPTypes
import Hummingbird
import Model

/// Rejects every request that no page of the console makes, before doing anything for it.
///
/// `Host` must be a name of this machine or an allowed one, so that another site whose name is made to resolve to this
/// machine cannot read anything. Only GET and HEAD without a body pass, so nothing can be changed from anywhere. The
/// one exception: a page of this console may post files for a model's predictions.
struct RequestGuard<Context: RequestContext>: RouterMiddleware {
    let hosts: Set<String>
    let limits: ConsoleLimits

    /// Host names of loopback.
    static var loopback: Set<String> { ["localhost", "127.0.0.1", "[::1]"] }

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let host = try Self.name(inAuthority: request.head.authority)
        // The first Host field has become the authority; another program might trust a second one.
        guard request.headers[.named("Host")] == nil else {
            throw Refusal(.badRequest, "The request has more than one Host field.")
        }
        guard hosts.contains(host) else {
            throw Refusal(
                .misdirectedRequest,
                "This console rejects the host “\(host)”. Use localhost, or start it with --allow-host \(host).")
        }
        guard !Self.isForeign(request) else {
            throw Refusal(.forbidden, "Other sites cannot use this console; open it directly.")
        }
        let isUpload = request.method == .post && request.head.path?.hasPrefix(Self.uploads) == true
        guard request.method == .get || request.method == .head || isUpload else {
            throw Refusal(
                .methodNotAllowed, "The console is read-only and rejects \(request.method). Use the command gyrus.",
                headers: [.allow: "GET, HEAD"])
        }
        guard request.head.path?.utf8.count ?? 0 <= limits.targetBytes else {
            throw Refusal(.uriTooLong, "The address is longer than \(limits.targetBytes) bytes.")
        }
        if isUpload {
            guard Self.isOwn(request) else {
                throw Refusal(
                    .forbidden, "Only a page of this console may send it files.", headers: [.connection: "close"])
            }
            return try await next(request, context)
        }
        let length = request.headers[.contentLength].map { Int($0) ?? .max } ?? 0
        guard length == 0, request.headers[.transferEncoding] == nil else {
            throw Refusal(.contentTooLarge, "The console takes no request bodies.", headers: [.connection: "close"])
        }
        return try await next(request, context)
    }

    /// Whether files may be posted to a path.
    private static var uploads: String { "/predict/" }

    /// Whether a page of this console makes the request: judged by its origin or, if the browser withholds the origin,
    /// by the browser's own statement.
    private static func isOwn(_ request: Request) -> Bool {
        if let site = request.headers[.fetchSite], site != "same-origin" { return false }
        switch request.headers[.origin] {
        case nil, "null"?: return request.headers[.fetchSite] == "same-origin"
        case let address?: return address.split(separator: "/").last.map(String.init) == request.head.authority
        }
    }

    /// Whether a page of another origin makes the request, other than by a link that a person follows.
    private static func isForeign(_ request: Request) -> Bool {
        guard let site = request.headers[.fetchSite], !["same-origin", "none"].contains(site) else { return false }
        return request.headers[.fetchMode] != "navigate"
    }

    /// The name in a `Host` field, lowercase and without the port.
    static func name(inAuthority authority: String?) throws -> String {
        guard let authority, !authority.isEmpty else {
            throw Refusal(.badRequest, "The request has no Host field.")
        }
        let name =
            authority.hasPrefix("[")
            ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return name.lowercased()
    }
}

/// A rejected request, with the status and the reason.
struct Refusal: Error {
    let status: HTTPResponse.Status
    let message: String
    let headers: HTTPFields

    init(_ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.headers = headers
    }
}

extension HTTPField.Name {
    /// The origin and purpose of a request, as the browser states them.
    fileprivate static var fetchSite: Self { named("Sec-Fetch-Site") }
    fileprivate static var fetchMode: Self { named("Sec-Fetch-Mode") }

    /// A header field that the library does not define.
    static func named(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("'\(text)' must be a valid field name") }
        return name
    }
}
