import Model

extension FrozenNetwork {
    /// The name of the module that a package has for the frozen network of an input.
    static func module(of input: String) -> String { "frozen_\(input)" }

    /// What methods call the thing that an input's frozen network is given.
    static func given(to input: String) -> String { "given_to_\(input)" }
}
