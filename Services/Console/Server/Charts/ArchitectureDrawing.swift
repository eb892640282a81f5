/// A network as boxes from top to bottom; each box is one computing step.
struct ArchitectureDrawing {
    /// A step with the operations that only shape its output: normalization, activation, pooling, dropout.
    private struct Block {
        var steps: [ArchitectureGraph.Step]
        var inputs: [String]
        var isInput = false
        var row = 0
        var column = 0.0

        var output: String { steps.last?.name ?? "" }
        var shape: String { steps.last?.shape ?? "" }
    }

    private let graph: ArchitectureGraph
    private let boxWidth = 268.0
    private let boxHeight = 52.0
    private let gap = 26.0
    private let margin = 20.0
    /// Maximum number of boxes; beyond that, a list says more than a drawing.
    static let mostBlocks = 200

    init(_ graph: ArchitectureGraph) { self.graph = graph }

    /// The drawing; nil if the network has too many parts.
    func svg() -> String? {
        let blocks = placed()
        guard blocks.count <= Self.mostBlocks else { return nil }
        let columns = (blocks.map(\.column).max() ?? 0) + 1
        let rows = Double((blocks.map(\.row).max() ?? 0) + 1)
        var svg = SVG(
            width: columns * (boxWidth + gap) - gap + 2 * margin + 24,
            height: rows * (boxHeight + gap) - gap + 2 * margin)
        let byOutput = Dictionary(blocks.map { ($0.output, $0) }) { first, _ in first }
        for block in blocks {
            for input in block.inputs { byOutput[input].map { edge(from: $0, to: block, &svg) } }
        }
        for block in blocks { box(block, &svg) }
        return svg.drawing("architecture", label: "Architecture of \(graph.name)", isNatural: true)
    }

    // MARK: - Folding

    private func folded() -> [Block] {
        var readers: [String: Int] = [:]
        for step in graph.steps { for input in step.inputs { readers[input, default: 0] += 1 } }
        var blocks = graph.inputs.map { Block(steps: [$0], inputs: [], isInput: true) }
        var owner = Dictionary(graph.inputs.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
        for step in graph.steps {
            let source = step.inputs.first.flatMap { owner[$0] }
            if let source, !blocks[source].isInput, step.isFollower, step.inputs.count == 1,
                readers[step.inputs[0]] == 1
            {
                blocks[source].steps.append(step)
                owner[step.name] = source
            } else {
                let inputs = step.inputs.compactMap { owner[$0].map { blocks[$0].output } }
                owner[step.name] = blocks.count
                blocks.append(Block(steps: [step], inputs: inputs))
            }
        }
        return blocks
    }

    // MARK: - Placing

    private func placed() -> [Block] {
        var blocks = folded()
        var index: [String: Int] = [:]
        for position in blocks.indices { index[blocks[position].output] = position }
        var taken: Set<[Double]> = []
        for position in blocks.indices {
            let sources = blocks[position].inputs.compactMap { index[$0] }.map { blocks[$0] }
            var column =
                blocks[position].isInput
                ? Double(position) : sources.map(\.column).reduce(0, +) / Double(max(1, sources.count))
            let row = (sources.map(\.row).max() ?? -1) + 1
            while taken.contains([Double(row), column]) { column += 1 }
            taken.insert([Double(row), column])
            blocks[position].row = row
            blocks[position].column = column
        }
        return blocks
    }

    private func left(_ block: Block) -> Double { margin + block.column * (boxWidth + gap) }
    private func top(_ block: Block) -> Double { margin + Double(block.row) * (boxHeight + gap) }

    // MARK: - Drawing

    private func edge(from source: Block, to target: Block, _ svg: inout SVG) {
        let start = (x: left(source) + boxWidth / 2, y: top(source) + boxHeight)
        let end = (x: left(target) + boxWidth / 2, y: top(target))
        let n = SVG.number
        let isSkip = target.row - source.row > 1 && start.x == end.x
        // An edge that passes other boxes curves around them.
        let side = left(source) + boxWidth
        let path =
            isSkip
            ? "M\(n(side)) \(n(start.y - boxHeight / 2))C\(n(side + 30)) \(n(start.y)) \(n(side + 30)) \(n(end.y))"
                + " \(n(side)) \(n(end.y + boxHeight / 2))"
            : "M\(n(start.x)) \(n(start.y))C\(n(start.x)) \(n(start.y + gap * 0.6))"
                + " \(n(end.x)) \(n(end.y - gap * 0.6)) \(n(end.x)) \(n(end.y))"
        svg.add("path", ["class": "edge", "d": path])
    }

    private func box(_ block: Block, _ svg: inout SVG) {
        guard let first = block.steps.first else { return }
        let (x, y) = (left(block), top(block))
        svg.group("g", ["class": "box \(first.family)"]) { svg in
            svg.add(
                "rect",
                [
                    "x": SVG.number(x), "y": SVG.number(y), "width": SVG.number(boxWidth),
                    "height": SVG.number(boxHeight), "rx": "10",
                ], text: "", title: block.steps.map(\.name).joined(separator: " → "))
            svg.add(
                "text", ["class": "what", "x": SVG.number(x + 14), "y": SVG.number(y + 22)], text: first.summary)
            svg.add(
                "text", ["class": "how", "x": SVG.number(x + 14), "y": SVG.number(y + 40)],
                text: block.steps.dropFirst().map(\.summary).joined(separator: " · "))
            svg.add(
                "text", ["class": "shape end", "x": SVG.number(x + boxWidth - 12), "y": SVG.number(y + 22)],
                text: block.shape)
        }
    }
}
