import Model

/// The credentials with which requests to a store are signed.
public struct BucketCredentials: Sendable {
    /// Name of the key.
    public let key: String
    let secret: String
    let token: String?

    /// Takes the credentials from the environment variables that all tools for such stores use.
    public init(environment: [String: String]) throws {
        guard let key = environment["AWS_ACCESS_KEY_ID"], !key.isEmpty,
            let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty
        else {
            throw Failure(
                .invalidArgument,
                "A bucket needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, if"
                    + " they are temporary).")
        }
        self.key = key
        self.secret = secret
        token = environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
