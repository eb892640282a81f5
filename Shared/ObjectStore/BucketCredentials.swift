import Foundation
import Model

/// The credentials with which requests to a store are signed.
public struct BucketCredentials: Sendable {
    /// Name of the key.
    public let key: String
    let secret: String
    let token: String?

    /// Takes the credentials from the environment variables that all tools for such stores use: the key and the secret themselves,
    /// or the name of a file with them, as containers get secrets.
    public init(environment: [String: String]) throws {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let key = value("AWS_ACCESS_KEY_ID"), let secret = value("AWS_SECRET_ACCESS_KEY") {
            self.init(key: key, secret: secret, token: value("AWS_SESSION_TOKEN"))
        } else if let file = value("AWS_SHARED_CREDENTIALS_FILE") {
            try self.init(file: file, profile: value("AWS_PROFILE") ?? "default")
        } else {
            throw Failure(
                .invalidArgument,
                "A bucket needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, if"
                    + " they are temporary), or AWS_SHARED_CREDENTIALS_FILE to a file that has them.")
        }
    }

    private init(key: String, secret: String, token: String?) {
        self.key = key
        self.secret = secret
        self.token = token
    }

    /// Reads a file of the form that such tools share: a section `[PROFILE]` with a line for each value.
    private init(file: String, profile: String) throws {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw Failure(
                .invalidArgument, "The file '\(file)' of AWS_SHARED_CREDENTIALS_FILE cannot be read.")
        }
        var section = ""
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline).map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line.hasPrefix("["), line.hasSuffix("]") {
                section = line.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
            } else if section == profile, !line.hasPrefix("#"), let sign = line.firstIndex(of: "=") {
                let name = line[..<sign].trimmingCharacters(in: .whitespaces).lowercased()
                values[name] = line[line.index(after: sign)...].trimmingCharacters(in: .whitespaces)
            }
        }
        func needed(_ name: String) throws -> String {
            guard let value = values[name], !value.isEmpty else {
                throw Failure(
                    .invalidArgument,
                    "The file '\(file)' has no line '\(name) = …' in a section [\(profile)]; AWS_PROFILE selects another section."
                )
            }
            return value
        }
        self.init(
            key: try needed("aws_access_key_id"), secret: try needed("aws_secret_access_key"),
            token: values["aws_session_token"].flatMap { $0.isEmpty ? nil : $0 })
    }
}
