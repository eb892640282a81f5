import ArgumentParser
import Foundation
import HelperProcesses
import Messaging
import Model
import ServerClient
import ServiceClient

/// Answers for new data over HTTP.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer for new data over HTTP with trained networks.",
        discussion: """
              gyrus serve results/clothes
              gyrus serve skin=results/skin voices=3fa27c11/48 --port 8000
              gyrus serve --host 0.0.0.0 --keys keys.txt         all live models of the registry

            Speaks the Open Inference Protocol, version 2 (/v2/models/NAME/infer), and a plain form:

              curl -F file=@picture.jpg http://127.0.0.1:8471/predict

            A series of the registry is served in its live version; where 'gyrus models stage' makes another one live, that \
            one answers from then on. The service 'server' of the Compose file does the same. Ends gracefully at Ctrl-C.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var options: ServeOptions

    func run() throws {
        // Folders need no services, and a registry that is away is told by who needs it.
        if let endpoint = try? Services(gyrus.project).endpoint(of: .registry) {
            setenv(ServiceDirectory.variable(of: .registry), endpoint.description, 1)
        }
        let program = ProgramBeside("server")
        let words = [program.path, "serve"] + options.words
        let arguments = words.map { strdup($0) } + [nil]
        // Takes this process's place, so that signals reach it.
        execv(program.path, arguments)
        throw program.failure("cannot be started: \(String(cString: strerror(errno))).")
    }
}
