import ArgumentParser

/// Prints the shell script that completes commands and options.
struct Completion: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the completion script for a shell: bash, zsh or fish.",
        discussion: """
              gyrus completion bash > ~/.local/share/bash-completion/completions/gyrus
              gyrus completion zsh > "${fpath[1]}/_gyrus"
              gyrus completion fish > ~/.config/fish/completions/gyrus.fish
            """)

    @Argument(help: "Shell: bash, zsh or fish.")
    var shell: String

    func run() throws {
        let known = CompletionShell.allCases.map(\.rawValue)
        guard known.contains(shell), let shell = CompletionShell(rawValue: shell) else {
            throw ValidationError(
                "there is no completion script for '\(shell)'; use one of \(known.joined(separator: ", ")).")
        }
        emit(Gyrus.completionScript(for: shell))
    }
}

/// Values for shell completion; nothing if the services are not running.
extension CompletionKind {
    /// Identities of scenarios.
    static var scenarios: CompletionKind { asked("scenarios --quiet") }
    /// Identities of models.
    static var models: CompletionKind { asked("models --quiet") }
    /// Identities of base networks.
    static var networks: CompletionKind { asked("networks --quiet") }
    /// Recipes of prepared data.
    static var datasets: CompletionKind { asked("datasets --quiet") }
    /// Identities of dead tasks.
    static var deadTasks: CompletionKind { asked("dead list --quiet") }
    /// Names of the Compose file's services.
    static var services: CompletionKind { asked("config --services") }

    private static func asked(_ words: String) -> CompletionKind { .shellCommand("gyrus \(words) 2> /dev/null") }
}
