import ArgumentParser
import Foundation
import Messaging

/// Keys for services and workers that talk over the network.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make the keys for services and workers on other machines.",
        discussion: """
              gyrus keys make trainer.key          prints the public key
              gyrus keys show trainer.key          prints it again

            A service at tcp:// takes --keys with its own file and --admit with a file of its clients' public keys. A \
            client takes the service's public key from GYRUS_<SERVICE>_KEY and its own keys from GYRUS_KEYS.
            """,
        subcommands: [KeysMake.self, KeysShow.self])
}

/// Makes a pair of keys.
struct KeysMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Write new keys to a file that only you can read; print the public key.")

    @Argument(help: ArgumentHelp("File to write; one that exists is never replaced.", valueName: "file"))
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
