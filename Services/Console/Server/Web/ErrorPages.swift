import HTTPTypes
import Hummingbird
import Logging
import Model

/// Turns any error into a page that says what happened and what to do.
struct ErrorPages<Context: RequestContext>: RouterMiddleware {
    let renderer: Renderer
    let logger: Logger

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let refusal as Refusal {
            return page(refusal.status, refusal.status.reasonPhrase, refusal.message, refusal.headers)
        } catch let away as ServiceAway {
            return page(
                .serviceUnavailable, "The \(away.service) is unavailable", away.message, [.retryAfter: "2"],
                detail: away.reason)
        } catch let error as HTTPError {
            return page(error.status, "Not found", error.body ?? "There is no page at this address.")
        } catch let failure as Failure {
            return answer(failure)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return answer(Failure(error))
        }
    }

    private func answer(_ failure: Failure) -> Response {
        switch failure.code {
        case .notFound: return page(.notFound, "Not found", failure.message)
        case .invalidArgument: return page(.badRequest, "Invalid request", failure.message)
        case .unknownRoute:
            return page(
                .badGateway, "A service is too old", "A service is too old for what this page needs; update it.",
                detail: failure.message)
        default:
            logger.error("a page failed", metadata: ["failure": "\(failure)"])
            return page(
                .internalServerError, "This page failed", "Try again; see the console's log for details.",
                detail: failure.message)
        }
    }

    private func page(
        _ status: HTTPResponse.Status, _ title: String, _ message: String, _ headers: HTTPFields = [:],
        detail: String? = nil
    ) -> Response {
        var values: [String: Any] = ["heading": title, "message": message, "status": status.code]
        if let detail { values["detail"] = detail }
        var response = renderer.page("error", title: title, values)
        response.status = status
        response.headers.append(contentsOf: headers)
        return response
    }
}
