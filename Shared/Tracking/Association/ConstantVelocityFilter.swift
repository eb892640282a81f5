/// Kalman filter of one coordinate that moves with constant velocity.
///
/// The filters of SORT and deep-sort have transition, noise and observation matrices without terms that combine
/// different coordinates. Their covariances therefore stay separate too, and the filter of eight values is exactly four
/// of these.
struct ConstantVelocityFilter: Hashable, Sendable {
    /// Estimated position.
    private(set) var position: Double
    /// Estimated change of the position in one frame.
    private(set) var velocity = 0.0
    // Covariance of the two.
    private var positionVariance: Double
    private var covariance = 0.0
    private var velocityVariance: Double

    /// Starts at a position, at rest.
    init(position: Double, positionVariance: Double, velocityVariance: Double) {
        self.position = position
        self.positionVariance = positionVariance
        self.velocityVariance = velocityVariance
    }

    /// Advances by one frame; the noise is given as variances.
    mutating func predict(positionNoise: Double, velocityNoise: Double) {
        position += velocity
        positionVariance += 2 * covariance + velocityVariance + positionNoise
        covariance += velocityVariance
        velocityVariance += velocityNoise
    }

    /// Updates with an observed position and the variance of its noise.
    mutating func correct(_ observed: Double, noise: Double) {
        let uncertainty = positionVariance + noise
        let innovation = observed - position
        position += positionVariance / uncertainty * innovation
        velocity += covariance / uncertainty * innovation
        velocityVariance -= covariance * covariance / uncertainty
        covariance -= positionVariance * covariance / uncertainty
        positionVariance -= positionVariance * positionVariance / uncertainty
    }

    /// Squared distance of an observation in standard deviations (Mahalanobis).
    func squaredDistance(to observed: Double, noise: Double) -> Double {
        let innovation = observed - position
        return innovation * innovation / (positionVariance + noise)
    }

    /// Sets the velocity to zero.
    mutating func stop() { velocity = 0 }
}
