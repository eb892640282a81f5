extension Double {
    /// A choice in readable form: `1`, `0.5`.
    var choiceText: String { self == rounded() ? String(Int(self)) : String(self) }
}
