import Foundation
import HTTPTypes
import Hummingbird
import Model

/// Refuses every request that no page of the console makes, before anything is done for it.
///
/// Only names of this machine, and those that were allowed, pass as `Host`: a page elsewhere whose name was made to point
/// here cannot read anything. Only GET and HEAD pass, without body: nothing can be changed
/// from anywhere. The one exception are files for a model to answer for, which only a page of this console may post.
struct RequestGuard<Context: RequestContext>: RouterMiddleware {
    let hosts: Set<String>
    let limits: ConsoleLimits

    /// Names of loopback.
    static var loopback: Set<String> { ["localhost", "127.0.0.1", "[::1]"] }

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let host = try Self.name(inAuthority: request.head.authority)
        // The first Host field has become the authority; what a second one says others may believe.
        guard request.headers[.named("Host")] == nil else {
            throw Refusal(.badRequest, "The request has more than one Host field.")
        }
        guard hosts.contains(host) else {
            throw Refusal(
                .misdirectedRequest,
                "This console is not known as “\(host)”. Use localhost, or start it with --allow-host \(host).")
        }
        guard !Self.isForeign(request) else {
            throw Refusal(.forbidden, "Pages of other places cannot use this console; open it by itself.")
        }
        let isUpload = request.method == .post && request.head.path?.hasPrefix(Self.uploads) == true
        guard request.method == .get || request.method == .head || isUpload else {
            throw Refusal(
                .methodNotAllowed, "The console only shows: \(request.method) is refused. Use the command gyrus.",
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

    /// Where files may be posted.
    private static var uploads: String { "/predict/" }

    /// Whether a page of this console makes the request: by its origin, or, where the browser keeps that to itself, because
    /// the browser says so.
    private static func isOwn(_ request: Request) -> Bool {
        if let site = request.headers[.fetchSite], site != "same-origin" { return false }
        switch request.headers[.origin] {
        case nil, "null"?: return request.headers[.fetchSite] == "same-origin"
        case let address?: return address.split(separator: "/").last.map(String.init) == request.head.authority
        }
    }

    /// Whether a page of another origin makes the request, other than by a link that people follow.
    private static func isForeign(_ request: Request) -> Bool {
        guard let site = request.headers[.fetchSite], !["same-origin", "none"].contains(site) else { return false }
        return request.headers[.fetchMode] != "navigate"
    }

    /// The name in a `Host` field, without the port and in lower case.
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

/// A request that is not served, with the status and the reason.
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
    /// From where a browser makes a request, and for what.
    fileprivate static var fetchSite: Self { named("Sec-Fetch-Site") }
    fileprivate static var fetchMode: Self { named("Sec-Fetch-Mode") }

    /// A name that the library does not have.
    static func named(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("'\(text)' is the name of a field") }
        return name
    }
}
