import Foundation
import Launcher
import Messaging
import Model

/// Makes a project's services accept or refuse connections from other machines.
struct Listening {
    private let session: Session

    init(_ session: Session) { self.session = session }

    /// Saves the address at which the services listen from their next start.
    /// - Parameter text: An address of this machine, or `off`.
    /// - Returns: What to do on the other machines; nil if the services no longer accept them.
    func change(to text: String) throws -> String? {
        let kept = try ProjectNetwork.kept(in: session.directory)
        if let kept, !kept.isHost {
            throw Failure(
                .conflict,
                "project '\(session.directory.name)' works for the services at \(kept.address); use another project: "
                    + "gyrus -p NAME up --listen …")
        }
        if text == "off" {
            try ProjectNetwork.forget(in: session.directory)
            return nil
        }
        let place = try NetworkPlace(text)
        try place.checkListening()
        var keys = try ProjectKeys(makingIn: session.directory)
        let network = keys.network(at: place)
        try network.keep(in: session.directory)
        guard !keys.admitted.entries.contains(where: { $0.role == .worker }) else {
            return "The services listen at \(place.host). Admit another machine with: \(session.command("keys token"))"
        }
        let token = try keys.makeToken(as: .worker, name: keys.freeName(for: .worker), port: network.port)
        return """
            The services listen at \(place.host), ports \(network.port) and the four after it. On another machine:
              gyrus join \(place.host) --token \(token.text)
            The token is a secret. For one more machine: \(session.command("keys token"))
            """
    }
}
