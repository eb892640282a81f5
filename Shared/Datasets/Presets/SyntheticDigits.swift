import Foundation
import Model

extension ImageSet {
    /// Digits that are drawn here, for machines without MNIST: strokes of each digit, randomly bent, tilted, scaled,
    /// moved and thickened.
    static func drawn(shape: [Int], classes: Int, seed: UInt64) -> ImageSet {
        ImageSet(
            shape: shape, training: drawnPart("training", count: 12_000, classes, seed: seed),
            test: drawnPart("test", count: 2_000, classes, seed: seed))
    }

    private static func drawnPart(_ name: String, count: Int, _ classes: Int, seed: UInt64) -> Part {
        Part(labels: (0..<count).map { $0 % classes }) { index in
            DigitPainter.paint(index % classes, seed: seed, purpose: "digits.\(name).\(index)")
        }
    }
}

/// Draws one digit.
private enum DigitPainter {
    typealias Point = SIMD2<Double>

    static func paint(_ digit: Int, seed: UInt64, purpose: String) -> [UInt8] {
        var generator = SplitMix64(seed: seed, purpose: purpose)
        let strokes = strokes[digit].map { stroke in
            stroke.map { $0 + Point(generator.number(in: -0.05...0.05), generator.number(in: -0.05...0.05)) }
        }
        let angle = generator.number(in: -0.25...0.25)
        let slant = generator.number(in: -0.2...0.3)
        let scale = Point(generator.number(in: 14...19), generator.number(in: 17...21))
        let center = Point(14 + generator.number(in: -1.5...1.5), 14 + generator.number(in: -1.5...1.5))
        let radius = generator.number(in: 0.9...1.7)
        let segments = strokes.flatMap { stroke in
            zip(stroke, stroke.dropFirst()).map { pair in
                [pair.0, pair.1].map { point in
                    let scaled = (point - Point(0.5, 0.5)) * scale
                    let slanted = Point(scaled.x - slant * scaled.y, scaled.y)
                    let turned = Point(
                        slanted.x * cos(angle) - slanted.y * sin(angle), slanted.x * sin(angle) + slanted.y * cos(angle)
                    )
                    return turned + center
                }
            }
        }
        return (0..<784).map { index in
            let pixel = Point(Double(index % 28) + 0.5, Double(index / 28) + 0.5)
            let nearest = segments.reduce(Double.infinity) { min($0, distance(from: pixel, to: $1[0], $1[1])) }
            return UInt8(min(max(radius + 0.5 - nearest, 0), 1) * 255)
        }
    }

    private static func distance(from point: Point, to start: Point, _ end: Point) -> Double {
        let along = end - start
        let length = (along * along).sum()
        let share = length > 0 ? min(max(((point - start) * along).sum() / length, 0), 1) : 0
        let gap = point - start - along * share
        return (gap * gap).sum().squareRoot()
    }

    /// The strokes of the ten digits in a unit square, with the y axis pointing down.
    private static let strokes: [[[Point]]] = [
        [arc(center: Point(0.5, 0.5), radius: Point(0.32, 0.5), from: 0, to: 1)],
        [[Point(0.3, 0.2), Point(0.55, 0), Point(0.55, 1)]],
        [
            arc(center: Point(0.5, 0.27), radius: Point(0.32, 0.27), from: -0.5, to: 0.1) + [
                Point(0.15, 1), Point(0.85, 1),
            ]
        ],
        [
            arc(center: Point(0.45, 0.25), radius: Point(0.33, 0.25), from: -0.45, to: 0.25),
            arc(center: Point(0.45, 0.73), radius: Point(0.36, 0.27), from: -0.25, to: 0.45),
        ],
        [[Point(0.6, 0), Point(0.12, 0.65), Point(0.9, 0.65)], [Point(0.66, 0.35), Point(0.66, 1)]],
        [
            [Point(0.8, 0), Point(0.25, 0), Point(0.2, 0.45)]
                + arc(center: Point(0.45, 0.7), radius: Point(0.36, 0.3), from: -0.3, to: 0.42)
        ],
        [
            [Point(0.7, 0), Point(0.35, 0.3), Point(0.18, 0.7)]
                + arc(center: Point(0.5, 0.72), radius: Point(0.32, 0.28), from: 0.5, to: 1.5)
        ],
        [[Point(0.12, 0), Point(0.88, 0), Point(0.4, 1)]],
        [
            arc(center: Point(0.5, 0.25), radius: Point(0.27, 0.25), from: 0, to: 1),
            arc(center: Point(0.5, 0.75), radius: Point(0.34, 0.25), from: 0, to: 1),
        ],
        [
            arc(center: Point(0.5, 0.3), radius: Point(0.3, 0.3), from: 0, to: 1),
            [Point(0.8, 0.3), Point(0.74, 0.65), Point(0.5, 1)],
        ],
    ]

    /// Part of an ellipse; a full turn is 1, starting on the right and going down.
    private static func arc(center: Point, radius: Point, from start: Double, to end: Double) -> [Point] {
        let steps = 12
        return (0...steps).map { step in
            let turn = 2 * Double.pi * (start + (end - start) * Double(step) / Double(steps))
            return center + radius * Point(cos(turn), sin(turn))
        }
    }
}
