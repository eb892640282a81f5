/// deep-sort's model of a box's motion: center, aspect ratio and height move with constant velocity; the noise is
/// proportional to the height.
///
/// N. Wojke and others, "Simple online and realtime tracking with a deep association metric", 2017.
struct HeightFilter: Hashable, Sendable {
    private var centerX: ConstantVelocityFilter
    private var centerY: ConstantVelocityFilter
    private var aspect: ConstantVelocityFilter
    private var height: ConstantVelocityFilter

    /// Standard deviation of positions in heights of the box.
    private static let positionWeight = 1.0 / 20
    /// Standard deviation of velocities in heights of the box.
    private static let velocityWeight = 1.0 / 160
    /// Standard deviations of the aspect ratio: as observed, in the process, and of its velocity.
    private static let aspectNoise = (observation: 1e-1, position: 1e-2, velocity: 1e-5)
    /// The 0.95 quantile of the chi-square distribution with 4 degrees of freedom: beyond it, an observation belongs to
    /// another track.
    static let gate = 9.4877

    /// Starts with a box at rest.
    init(_ box: Box) {
        func begin(_ position: Double) -> ConstantVelocityFilter {
            ConstantVelocityFilter(
                position: position, positionVariance: Self.square(2 * Self.positionWeight * box.height),
                velocityVariance: Self.square(10 * Self.velocityWeight * box.height))
        }
        centerX = begin(box.centerX)
        centerY = begin(box.centerY)
        height = begin(box.height)
        aspect = ConstantVelocityFilter(
            position: box.width / box.height, positionVariance: Self.square(Self.aspectNoise.position),
            velocityVariance: Self.square(Self.aspectNoise.velocity))
    }

    private static func square(_ value: Double) -> Double { value * value }

    private var positionNoise: Double { Self.square(Self.positionWeight * height.position) }
    private var velocityNoise: Double { Self.square(Self.velocityWeight * height.position) }

    /// Advances by one frame.
    mutating func predict() {
        let (position, velocity) = (positionNoise, velocityNoise)
        centerX.predict(positionNoise: position, velocityNoise: velocity)
        centerY.predict(positionNoise: position, velocityNoise: velocity)
        height.predict(positionNoise: position, velocityNoise: velocity)
        aspect.predict(
            positionNoise: Self.square(Self.aspectNoise.position), velocityNoise: Self.square(Self.aspectNoise.velocity)
        )
    }

    /// Updates with an observed box.
    mutating func correct(_ box: Box) {
        let noise = positionNoise
        centerX.correct(box.centerX, noise: noise)
        centerY.correct(box.centerY, noise: noise)
        height.correct(box.height, noise: noise)
        aspect.correct(box.width / box.height, noise: Self.square(Self.aspectNoise.observation))
    }

    /// Squared Mahalanobis distance of a box from the predicted one.
    func squaredDistance(to box: Box) -> Double {
        let noise = positionNoise
        return centerX.squaredDistance(to: box.centerX, noise: noise)
            + centerY.squaredDistance(to: box.centerY, noise: noise)
            + height.squaredDistance(to: box.height, noise: noise)
            + aspect.squaredDistance(to: box.width / box.height, noise: Self.square(Self.aspectNoise.observation))
    }

    /// The estimated box.
    var box: Box {
        Box(
            centerX: centerX.position, centerY: centerY.position, width: aspect.position * height.position,
            height: height.position)
    }
}
