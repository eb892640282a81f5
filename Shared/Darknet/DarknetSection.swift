import Model

/// A section of a configuration file: one layer, or settings of the whole network.
struct DarknetSection {
    /// Its name, such as `convolutional`.
    let kind: String
    /// Line of its name, from 1.
    let line: Int
    /// Name of its file, for error messages.
    let file: String
    private var options: [String: (value: String, line: Int)] = [:]

    /// Maximum value of an option, so that no product of a few of them overflows.
    private static let largestNumber = 1 << 20
    /// Maximum product of sizes: with at most 2^17 layers in a file, sums of it fit an Int.
    private static let largestProduct = Double(1 << 45)

    /// Splits a configuration file.
    /// - Throws: `Failure` with file and line.
    static func all(of text: String, file: String) throws -> [DarknetSection] {
        var sections: [DarknetSection] = []
        let lines = text.trimmingPrefix("\u{FEFF}")
            .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        for (index, rawLine) in lines.enumerated() {
            let line = rawLine.trimmingPrefix { $0.isWhitespace }
            if line.isEmpty || line.first == "#" || line.first == ";" { continue }
            if line.first == "[" {
                guard let end = line.firstIndex(of: "]") else {
                    throw fault("the name of the section has no closing ]", file, index + 1)
                }
                let kind = String(line[line.index(after: line.startIndex)..<end])
                sections.append(DarknetSection(kind: kind, line: index + 1, file: file))
                continue
            }
            // Darknet itself reads a number up to the first other character, so comments can follow it.
            let setting = line.prefix { $0 != "#" && $0 != ";" }
            let sides = setting.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
            guard sides.count == 2 else { throw fault("neither [name] nor key=value", file, index + 1) }
            guard !sections.isEmpty else { throw fault("a key before the first [name]", file, index + 1) }
            sections[sections.count - 1].options[sides[0]] = (sides[1], index + 1)
        }
        return sections
    }

    private init(kind: String, line: Int, file: String) {
        self.kind = kind
        self.line = line
        self.file = file
    }

    /// A nonnegative whole number.
    func number(_ key: String, default usual: Int? = nil) throws -> Int {
        guard let option = options[key] else {
            guard let usual else { throw fault("[\(kind)] needs '\(key)'") }
            return usual
        }
        guard let number = Int(option.value), (0...Self.largestNumber).contains(number) else {
            throw Self.fault(
                "'\(key)' is '\(option.value)', which is not a whole number up to \(Self.largestNumber)", file,
                option.line
            )
        }
        return number
    }

    /// Whole numbers, which may be negative.
    func numbers(_ key: String) throws -> [Int] {
        guard let option = options[key] else { throw fault("[\(kind)] needs '\(key)'") }
        return try option.value.split(separator: ",").map { text in
            guard let number = Int(text) else {
                throw Self.fault("'\(key)' has '\(text)', which is not a whole number", file, option.line)
            }
            return number
        }
    }

    /// A product that is small enough to be summed over all layers.
    func product(_ factors: Int...) throws -> Int {
        let product = factors.reduce(1.0) { $0 * Double($1) }
        guard product <= Self.largestProduct else { throw fault("its sizes are too large (\(product) values)") }
        return factors.reduce(1, *)
    }

    /// A failure about this section.
    func fault(_ what: String) -> Failure { Self.fault(what, file, line) }

    private static func fault(_ what: String, _ file: String, _ line: Int) -> Failure {
        Failure(.invalidArgument, "\(file):\(line): \(what).")
    }
}
