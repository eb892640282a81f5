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
