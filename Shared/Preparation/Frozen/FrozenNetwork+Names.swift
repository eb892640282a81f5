import Model

extension FrozenNetwork {
    /// The name of a package's module for the frozen network of an input.
    static func module(of input: String) -> String { "frozen_\(input)" }

    /// The name that methods use for the value given to an input's frozen network.
    static func given(to input: String) -> String { "given_to_\(input)" }
}
