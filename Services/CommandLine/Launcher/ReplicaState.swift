import Glibc

/// A supervisor's state of one replica.
public struct ReplicaState: Hashable, Sendable {
    /// The desired state of the replica.
    public enum Goal: Hashable, Sendable {
        /// It runs, and is restarted as its definition says.
        case run
        /// It is stopped but still in the project.
        case stop
        /// It is stopped and then forgotten.
        case remove
    }

    /// The replica's current phase.
    public enum Phase: Hashable, Sendable {
        /// It has not started yet, because it waits for others.
        case idle
        /// Its process runs.
        case running
        /// Its process was asked to stop.
        case stopping
        /// Its process ended and will be restarted at this time.
        case backingOff(until: Duration)
        /// Its process ended, and no restart is due.
        case ended
    }

    /// The definition that the running process was started from.
    public internal(set) var definition: ServiceDefinition
    /// The definition that the process should have.
    public internal(set) var wanted: ServiceDefinition
    /// The desired state of the replica.
    public internal(set) var goal: Goal = .run
    /// The current phase.
    public internal(set) var phase: Phase = .idle
    /// Generation of the process, from 1, to recognize late messages about earlier processes.
    public internal(set) var run = 0
    /// The result of its health check.
    public internal(set) var health: Health = .none
    /// How its last process ended.
    public internal(set) var outcome: Outcome?
    /// Restarts since its last long run.
    public internal(set) var restarts = 0
    /// Restarts in all.
    public internal(set) var totalRestarts = 0
    var isProbing = false
    private var startedAt: Duration = .zero
    private var nextProbe: Duration?
    private var failedProbes = 0
    private var restartRequested = false
    private var wasHealthy = false
    private var endsForHealth = false

    init(_ definition: ServiceDefinition) {
        self.definition = definition
        wanted = definition
    }

    init(adopted definition: ServiceDefinition, at now: Duration) {
        self.init(definition)
        processStarted(at: now)
    }

    /// Whether there is a process.
    public var isActive: Bool { phase == .running || phase == .stopping }

    /// The next time at which something is due.
    var deadline: Duration? {
        switch phase {
        case .backingOff(let until): goal == .run ? until : nil
        case .running: isProbing ? nil : nextProbe
        default: nil
        }
    }

    var mustStop: Bool {
        phase == .running
            && (goal != .run || restartRequested || definition.fingerprint != wanted.fingerprint || hasHung)
    }

    /// Whether the process was healthy but has failed checks for so long that it must be replaced.
    var hasHung: Bool {
        guard goal == .run, phase == .running, wasHealthy, wanted.restart != .never else { return false }
        return failedProbes >= (definition.healthCheck?.retries ?? .max) * SupervisorMachine.healthPatience
    }

    func mustStart(at now: Duration) -> Bool {
        guard goal == .run else { return false }
        switch phase {
        case .idle: return true
        case .backingOff(let until): return until <= now
        default: return false
        }
    }

    func mustProbe(at now: Duration) -> Bool {
        guard phase == .running, !isProbing, let nextProbe else { return false }
        return nextProbe <= now
    }

    // MARK: - Changes

    mutating func requestRestart() {
        guard goal == .run || goal == .stop else { return }
        goal = .run
        if isActive { restartRequested = true }
        forgetFailures()
    }

    /// Forgets earlier failures, because a user requested the replica.
    mutating func forgetFailures() {
        switch phase {
        case .ended, .backingOff:
            phase = .idle
            restarts = 0
        default: break
        }
    }

    mutating func processStarted(at now: Duration) {
        definition = wanted
        phase = .running
        run += 1
        startedAt = now
        restartRequested = false
        wasHealthy = false
        endsForHealth = false
        isProbing = false
        failedProbes = 0
        health = definition.healthCheck == nil ? .none : .starting
        nextProbe = definition.healthCheck.map { now + ($0.startPeriod > .zero ? $0.startInterval : $0.interval) }
    }

    mutating func askedToStop() {
        endsForHealth = hasHung
        phase = .stopping
    }

    mutating func processEnded(_ outcome: Outcome, at now: Duration) {
        guard isActive else { return }
        let wasStopping = phase == .stopping && !endsForHealth
        self.outcome = outcome
        health = .none
        isProbing = false
        nextProbe = nil
        if goal != .run {
            phase = .ended
        } else if wasStopping {
            restarts = 0
            phase = .idle
        } else if mayRestart(endsForHealth ? .signal(SIGKILL) : outcome, ranFor: now - startedAt) {
            phase = .backingOff(until: now + delay)
            restarts += 1
            totalRestarts += 1
        } else {
            phase = .ended
        }
    }

    private mutating func mayRestart(_ outcome: Outcome, ranFor time: Duration) -> Bool {
        if time >= SupervisorMachine.stableAfter { restarts = 0 }
        // A restart does not fix a wrong configuration.
        if outcome.isConfigurationError { return false }
        switch wanted.restart {
        case .never: return false
        case .always: return true
        case .onFailure(let limit): return outcome != .exit(0) && restarts < limit ?? .max
        }
    }

    private var delay: Duration {
        min(SupervisorMachine.firstDelay * (1 << min(restarts, 20)), SupervisorMachine.longestDelay)
    }

    mutating func probeEnded(passed: Bool, at now: Duration) {
        guard isProbing, let check = definition.healthCheck else { return }
        isProbing = false
        let isYoung = health == .starting && now - startedAt < check.startPeriod
        nextProbe = now + (isYoung && !passed ? check.startInterval : check.interval)
        if passed {
            failedProbes = 0
            wasHealthy = true
            health = .healthy
        } else if !isYoung {
            failedProbes += 1
            if failedProbes >= check.retries { health = .unhealthy }
        }
    }
}
