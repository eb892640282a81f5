import ArgumentParser
import Foundation
import Launcher
import Messaging
import Model

/// Keys for services and workers that talk over the network.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Manage the keys of a project that spans several machines.",
        discussion: """
              gyrus up --listen 10.0.0.5           creates keys and a first token
              gyrus keys token --name lab-2        a token for another machine
              gyrus keys token --role reader       read-only access
              gyrus keys list
              gyrus keys revoke lab-2

            Roles: a reader can only read; a worker takes tasks and reports results; a submitter publishes scenarios; an \
            operator can do everything.

            Without a project, 'keys make FILE' writes a key pair. A service at tcp:// takes --keys with its own key file \
            and --admit with a file of lines KEY ROLE NAME. A client takes the service's public key from \
            GYRUS_<SERVICE>_KEY and its own key pair from the file in GYRUS_KEYS.
            """,
        subcommands: [
            KeysInit.self, KeysToken.self, KeysList.self, KeysRevoke.self, KeysMake.self, KeysShow.self,
        ])
}

/// Creates the keys of a project.
struct KeysInit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Create the project's keys if it has none; print the public key.")

    @ParentCommand var gyrus: Gyrus

    func run() async throws {
        let session = try Session(gyrus.project)
        let isNew = !ProjectKeys.exist(in: session.directory)
        let keys = try ProjectKeys(makingIn: session.directory)
        emit(keys.services.publicKey.text)
        say(
            isNew
                ? "Created in \(session.directory.keys.path). Admit other machines with: "
                    + session.command("up -d --listen ADDRESS")
                : "Project '\(session.directory.name)' already has keys.")
    }
}

/// Admits another machine or person.
struct KeysToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Admit another machine or person; print its token, which is a secret.")

    @ParentCommand var gyrus: Gyrus

    @Option(help: "Role: reader, worker, submitter or operator.")
    var role = "worker"

    @Option(help: "Name for listing and revoking the key (default: the role and a number).")
    var name: String?

    func run() async throws {
        let role: Role = try choice(role, of: "role")
        let session = try Session(gyrus.project)
        var keys = try ProjectKeys(in: session.directory)
        let network = try ProjectNetwork.kept(in: session.directory)
        let token = try keys.makeToken(
            as: role, name: name ?? keys.freeName(for: role), port: network?.port ?? NetworkPlace.usualPort)
        emit(token.text)
        say("On the other machine: gyrus join \(network?.address ?? "ADDRESS") --token TOKEN")
    }
}

/// Lists the admitted keys.
struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the admitted keys.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    func run() async throws {
        let keys = try ProjectKeys(in: Session(gyrus.project).directory)
        try list.render(
            keys.admitted.entries.map { KeyRow(name: $0.name, role: $0.role.rawValue, key: $0.key.text) })
    }
}

/// A row of the list of admitted keys.
private struct KeyRow: Listable {
    let name, role, key: String

    static let columns = ["NAME", "ROLE", "KEY"]

    var row: [String] { [name.isEmpty ? "–" : name, role, key] }
}

/// Revokes a key.
struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke a key.",
        discussion: """
            Existing connections stay open until they end; 'gyrus restart' closes them all.
            """)

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "Name of the key, or the key itself; see: gyrus keys list.")
    var name: String

    func run() async throws {
        let session = try Session(gyrus.project)
        var keys = try ProjectKeys(in: session.directory)
        guard (try? PublicKey(name)) != keys.services.publicKey,
            keys.admitted.entries.first(where: { $0.name == name })?.key != keys.services.publicKey
        else { throw Failure(.conflict, "'\(name)' is the services' own key and cannot be revoked.") }
        emit(try keys.admitted.remove(name).key.text)
        say("New connections are refused; close existing ones with: \(session.command("restart"))")
    }
}

/// Writes a new key pair.
struct KeysMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Write a new key pair to a file that only you can read; print the public key.")

    @Argument(help: ArgumentHelp("File to write; an existing file is never replaced.", valueName: "file"))
    var file: String

    func run() async throws {
        let keys = try KeyPair.generate()
        try keys.write(to: URL(filePath: file))
        emit(keys.publicKey.text)
    }
}

/// Shows the public key of a file.
struct KeysShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the public key of a key file.")

    @Argument(help: ArgumentHelp("The key file.", valueName: "file"))
    var file: String

    func run() async throws {
        emit(try KeyPair(contentsOf: URL(filePath: file)).publicKey.text)
    }
}
