/// Why something could not be done, in a form that crosses process boundaries unchanged.
///
/// Every service, the workers and the command line use this one type, so that a worker's reason reaches the person who
/// published the scenario word for word.
public struct Failure: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// A stable word for programs; any version can add new ones.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable {
        /// The word as it is sent and stored, such as `not-found`.
        public let rawValue: String

        /// Makes a code from its word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The request or its data is invalid; repeating it does not help.
        public static let invalidArgument = Code(rawValue: "invalid-argument")
        /// Nothing has that identity.
        public static let notFound = Code(rawValue: "not-found")
        /// Something else already has that identity, or the state of the thing does not allow the request.
        public static let conflict = Code(rawValue: "conflict")
        /// The attempt that made the request no longer owns the task.
        public static let stale = Code(rawValue: "stale")
        /// A bounded queue is full; retry after the time given.
        public static let busy = Code(rawValue: "busy")
        /// There was no answer in time.
        public static let deadlineExceeded = Code(rawValue: "deadline-exceeded")
        /// The other side cannot be reached.
        public static let unavailable = Code(rawValue: "unavailable")
        /// The work was canceled.
        public static let cancelled = Code(rawValue: "cancelled")
        /// Data does not match its checksum or its format.
        public static let corrupt = Code(rawValue: "corrupt")
        /// The peer's key is not admitted.
        public static let permissionDenied = Code(rawValue: "permission-denied")
        /// The server does not know the route.
        public static let unknownRoute = Code(rawValue: "unknown-route")
        /// The peer speaks another version of the protocol.
        public static let unsupportedVersion = Code(rawValue: "unsupported-version")
        /// A bug in Gyrus.
        public static let `internal` = Code(rawValue: "internal")
    }

    /// What kind of failure it is.
    public var code: Code
    /// A sentence for a person: what was tried, what is wrong, what to do next.
    public var message: String
    /// Whether the same request can succeed later.
    public var isRetriable: Bool
    /// How long to wait before retrying, if known.
    public var retryAfter: Duration?

    /// Makes a failure. By default the code decides `isRetriable`.
    public init(_ code: Code, _ message: String, isRetriable: Bool? = nil, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.isRetriable = isRetriable ?? [.busy, .deadlineExceeded, .unavailable].contains(code)
        self.retryAfter = retryAfter
    }

    /// Converts any error to a failure; an error that is not a `Failure` becomes an `internal` one.
    public init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case is CancellationError: self.init(.cancelled, "The work was canceled.")
        default: self.init(.internal, String(describing: error))
        }
    }

    /// The message with its code, such as `not-found: There is no model 'x'.`
    public var description: String { "\(code.rawValue): \(message)" }
}
