import ArgumentParser

/// Prints the script by which a shell completes commands and options.
struct Completion: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the script by which a shell completes commands: bash, zsh or fish.",
        discussion: """
              gyrus completion bash > ~/.local/share/bash-completion/completions/gyrus
              gyrus completion zsh > "${fpath[1]}/_gyrus"
              gyrus completion fish > ~/.config/fish/completions/gyrus.fish
            """)

    @Argument(help: "The shell.")
    var shell: String

    func run() throws {
        let known = CompletionShell.allCases.map(\.rawValue)
        guard known.contains(shell), let shell = CompletionShell(rawValue: shell) else {
            throw ValidationError("there is no script for '\(shell)'; use one of \(known.joined(separator: ", ")).")
        }
        emit(Gyrus.completionScript(for: shell))
    }
}
