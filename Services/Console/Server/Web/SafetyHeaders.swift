import HTTPTypes
import Hummingbird

/// Adds security headers to every response.
struct SafetyHeaders<Context: RequestContext>: RouterMiddleware {
    /// Allows scripts and styles only from files of the console, and nothing from elsewhere.
    static var policy: String {
        """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """
    }

    private static var fields: [(HTTPField.Name, String)] {
        [
            (.contentSecurityPolicy, policy), (.xContentTypeOptions, "nosniff"), (.named("X-Frame-Options"), "DENY"),
            (.named("Referrer-Policy"), "no-referrer"), (.named("Cross-Origin-Resource-Policy"), "same-origin"),
            (.named("Cross-Origin-Opener-Policy"), "same-origin"),
        ]
    }

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in Self.fields { response.headers[name] = value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}
