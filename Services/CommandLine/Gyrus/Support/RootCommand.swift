import ArgumentParser
import Foundation
import Launcher

/// The command line of Gyrus: what every command finds out from its parent. Its commands are listed where it starts.
@main
struct Gyrus: AsyncParsableCommand {
    @OptionGroup(title: "Project") var project: ProjectOptions
}

/// The project that a command works on.
struct ProjectOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "Name of the project (default: $GYRUS_PROJECT, the file's name, or gyrus).")
    var projectName: String?

    @Option(name: .long, help: "Folder of the project's data (default: $XDG_STATE_HOME/gyrus/NAME).")
    var projectDirectory: String?

    @Option(
        name: .long,
        help: "Compose file; -f also works before the verb (default: the nearest compose.yaml or Compose/compose.yaml)."
    )
    var file: String?

    @Option(
        name: .long,
        help: "Also start the services of this profile; can be repeated, * for all ($COMPOSE_PROFILES adds more).")
    var profile: [String] = []

    /// The options as command-line words, for another command on the same project.
    var words: [String] {
        [("--project-name", projectName), ("--project-directory", projectDirectory), ("--file", file)]
            .flatMap { name, value in value.map { [name, $0] } ?? [] } + profile.flatMap { ["--profile", $0] }
    }

    /// Finds the project's folder and Compose file.
    var locator: ProjectLocator {
        ProjectLocator(
            name: projectName, file: file, directory: projectDirectory, profiles: profile,
            environment: ProcessInfo.processInfo.environment)
    }
}
