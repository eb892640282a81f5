/// Why something could not be done, in a form that crosses process boundaries unchanged.
///
/// Every service, the workers and the command line speak of failures in this one type, so that a worker's reason reaches
/// the person who published the scenario word for word.
public struct Failure: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// A stable word for programs; new ones can come with any version.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable {
        /// The word as it is sent and stored, such as `not-found`.
        public let rawValue: String

        /// Makes a code from its word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The request or its data are wrong; repeating it is of no use.
        public static let invalidArgument = Code(rawValue: "invalid-argument")
        /// There is nothing of that identity.
        public static let notFound = Code(rawValue: "not-found")
        /// Something else has that identity, or the thing is in a state that does not allow the request.
        public static let conflict = Code(rawValue: "conflict")
        /// The attempt that speaks no longer owns the task.
        public static let stale = Code(rawValue: "stale")
        /// A bounded queue is full; try again after the time given.
        public static let busy = Code(rawValue: "busy")
        /// Nobody answered in time.
        public static let deadlineExceeded = Code(rawValue: "deadline-exceeded")
        /// The other side cannot be reached.
        public static let unavailable = Code(rawValue: "unavailable")
        /// The work was cancelled.
        public static let cancelled = Code(rawValue: "cancelled")
        /// Data does not match its checksum or its format.
        public static let corrupt = Code(rawValue: "corrupt")
        /// The peer's key is not admitted.
        public static let permissionDenied = Code(rawValue: "permission-denied")
        /// The server does not know the route.
        public static let unknownRoute = Code(rawValue: "unknown-route")
        /// The peer speaks another version of the protocol.
        public static let unsupportedVersion = Code(rawValue: "unsupported-version")
        /// A fault of Gyrus itself.
        public static let `internal` = Code(rawValue: "internal")
    }

    /// What kind of failure it is.
    public var code: Code
    /// A sentence for a person: what was tried, what is wrong, what to do next.
    public var message: String
    /// Whether the same request may succeed later.
    public var isRetriable: Bool
    /// How long to wait before trying again, where known.
    public var retryAfter: Duration?

    /// Makes a failure; where `isRetriable` is left out, the code decides.
    public init(_ code: Code, _ message: String, isRetriable: Bool? = nil, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.isRetriable = isRetriable ?? [.busy, .deadlineExceeded, .unavailable].contains(code)
        self.retryAfter = retryAfter
    }

    /// The failure that an error is; anything that is no failure becomes an `internal` one.
    public init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case is CancellationError: self.init(.cancelled, "The work was cancelled.")
        default: self.init(.internal, String(describing: error))
        }
    }

    /// The message with its code, such as `not-found: There is no model 'x'.`
    public var description: String { "\(code.rawValue): \(message)" }
}
