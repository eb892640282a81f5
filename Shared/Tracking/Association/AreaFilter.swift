/// SORT's model of a box's motion: center and area move with constant velocity, the aspect ratio is constant.
///
/// Noise as in A. Bewley and others, "Simple online and realtime tracking", 2016, and its published program.
struct AreaFilter: Hashable, Sendable {
    private var centerX: ConstantVelocityFilter
    private var centerY: ConstantVelocityFilter
    private var area: ConstantVelocityFilter
    private var aspect: ConstantVelocityFilter

    /// Variances of a coordinate's process and observation.
    private struct Noise {
        var position = 1.0
        var velocity = 0.01
        var observation: Double
        static let center = Noise(observation: 1)
        static let area = Noise(velocity: 0.0001, observation: 10)
        static let aspect = Noise(velocity: 0, observation: 10)
    }

    private static let initialPosition = 10.0
    private static let initialVelocity = 10_000.0

    /// Starts with a box at rest.
    init(_ box: Box) {
        func begin(_ position: Double, velocity: Double = Self.initialVelocity) -> ConstantVelocityFilter {
            ConstantVelocityFilter(
                position: position, positionVariance: Self.initialPosition, velocityVariance: velocity)
        }
        centerX = begin(box.centerX)
        centerY = begin(box.centerY)
        area = begin(box.area)
        aspect = begin(box.width / box.height, velocity: 0)
    }

    /// Advances by one frame.
    mutating func predict() {
        // A box cannot shrink to nothing.
        if area.position + area.velocity <= 0 { area.stop() }
        centerX.predict(positionNoise: Noise.center.position, velocityNoise: Noise.center.velocity)
        centerY.predict(positionNoise: Noise.center.position, velocityNoise: Noise.center.velocity)
        area.predict(positionNoise: Noise.area.position, velocityNoise: Noise.area.velocity)
        aspect.predict(positionNoise: Noise.aspect.position, velocityNoise: Noise.aspect.velocity)
    }

    /// Updates with an observed box.
    mutating func correct(_ box: Box) {
        centerX.correct(box.centerX, noise: Noise.center.observation)
        centerY.correct(box.centerY, noise: Noise.center.observation)
        area.correct(box.area, noise: Noise.area.observation)
        aspect.correct(box.width / box.height, noise: Noise.aspect.observation)
    }

    /// The estimated box; nil if the estimate has no extent.
    var box: Box? {
        let area = area.position
        let ratio = aspect.position
        guard area > 0, ratio > 0 else { return nil }
        let width = (area * ratio).squareRoot()
        return Box(centerX: centerX.position, centerY: centerY.position, width: width, height: area / width)
    }
}
