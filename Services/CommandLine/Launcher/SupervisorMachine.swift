/// Decides what a supervisor does: events go in, actions come out.
///
/// It knows neither processes nor clocks: its driver passes the time, executes the actions, and calls again at
/// `nextDeadline` with `.tick`. After each event, it compares the actual with the desired state, so duplicate or late
/// events are harmless.
public struct SupervisorMachine: Sendable {
    /// What happened.
    public enum Event: Sendable {
        /// The project was read; `only` names the services to bring up, nil means all.
        case apply(ComposeProject, scale: [String: Int], only: Set<String>?)
        /// A running replica of an earlier supervisor was found.
        case adopt(ReplicaID, ServiceDefinition)
        /// A process ended.
        case exited(ReplicaID, run: Int, Outcome)
        /// A health check ended.
        case probed(ReplicaID, run: Int, passed: Bool)
        /// Services must stop and stay stopped.
        case stop(Set<String>)
        /// Stopped services must run again.
        case start(Set<String>)
        /// Services must be restarted.
        case restart(Set<String>)
        /// The numbers of replicas must change.
        case scale([String: Int])
        /// Everything must stop, then the supervisor itself.
        case shutDown
        /// Only time passed.
        case tick
    }

    /// What to do.
    public enum Action: Hashable, Sendable {
        /// Start a process.
        case spawn(ReplicaID, run: Int, ServiceDefinition)
        /// Ask a process to stop.
        case stop(ReplicaID, run: Int)
        /// Report that a once healthy process is stopped because its health check keeps failing.
        case reportHung(ReplicaID)
        /// Run a health check and report its result for this run of the replica.
        case probe(ReplicaID, run: Int, ServiceDefinition.HealthCheck)
        /// Forget a removed replica.
        case forget(ReplicaID)
        /// Nothing is left to supervise.
        case finish
    }

    /// First delay before a restart; it doubles each time.
    public static let firstDelay = Duration.milliseconds(100)
    /// Longest delay before a restart.
    public static let longestDelay = Duration.seconds(60)
    /// After a run of this length, the restart delay starts over.
    public static let stableAfter = Duration.seconds(10)
    /// A once healthy process is replaced after this multiple of the failed checks that make it unhealthy.
    public static let healthPatience = 2

    /// The replicas by ID.
    public private(set) var replicas: [ReplicaID: ReplicaState] = [:]
    /// The services in their desired state.
    public private(set) var services: [String: ServiceDefinition] = [:]
    /// Whether `.shutDown` was seen.
    public private(set) var isShuttingDown = false
    private var isFinished = false

    /// Makes a machine that supervises nothing yet.
    public init() {}

    // MARK: - Events

    /// Handles an event and returns the actions.
    public mutating func handle(_ event: Event, at now: Duration) -> [Action] {
        switch event {
        case .apply(let project, let scale, let only): apply(project, scale, only)
        case .adopt(let id, let definition):
            replicas[id] = ReplicaState(adopted: definition, at: now)
        case .exited(let id, let run, let outcome):
            update(id, run) { $0.processEnded(outcome, at: now) }
        case .probed(let id, let run, let passed):
            update(id, run) { $0.probeEnded(passed: passed, at: now) }
        case .stop(let names): setGoal(.stop, of: names)
        case .start(let names): setGoal(.run, of: names)
        case .restart(let names):
            for id in replicas.keys where names.contains(id.service) { replicas[id]?.requestRestart() }
        case .scale(let counts):
            for (name, count) in counts { resize(name, to: count) }
        case .shutDown:
            isShuttingDown = true
            for id in replicas.keys { replicas[id]?.goal = .remove }
        case .tick: break
        }
        return reconcile(at: now)
    }

    /// When to call again with `.tick`; nil if nothing depends on time.
    public var nextDeadline: Duration? { replicas.values.compactMap(\.deadline).min() }

    private mutating func update(_ id: ReplicaID, _ run: Int, _ change: (inout ReplicaState) -> Void) {
        guard var replica = replicas[id], replica.run == run else { return }
        change(&replica)
        replicas[id] = replica
    }

    private mutating func setGoal(_ goal: ReplicaState.Goal, of names: Set<String>) {
        for id in replicas.keys where names.contains(id.service) && replicas[id]?.goal != .remove {
            replicas[id]?.goal = goal
            if goal == .run { replicas[id]?.forgetFailures() }
        }
    }

    private mutating func apply(_ project: ComposeProject, _ scale: [String: Int], _ only: Set<String>?) {
        guard !isShuttingDown else { return }
        for (name, service) in project.services where only?.contains(name) ?? true {
            services[name] = service
            for id in replicas.keys where id.service == name {
                replicas[id]?.wanted = service
                replicas[id]?.goal = .run
                replicas[id]?.forgetFailures()
            }
            resize(name, to: scale[name] ?? service.replicas)
        }
        guard only == nil else { return }
        for name in services.keys where project.services[name] == nil { services[name] = nil }
        for id in replicas.keys where project.services[id.service] == nil { replicas[id]?.goal = .remove }
    }

    private mutating func resize(_ name: String, to count: Int) {
        guard let service = services[name], !isShuttingDown else { return }
        for index in stride(from: 1, through: count, by: 1) {
            let id = ReplicaID(name, index)
            if replicas[id] == nil { replicas[id] = ReplicaState(service) }
            replicas[id]?.goal = .run
        }
        for id in replicas.keys where id.service == name && id.index > count { replicas[id]?.goal = .remove }
    }

    // MARK: - Actual and desired state

    private mutating func reconcile(at now: Duration) -> [Action] {
        var actions: [Action] = []
        // Replicas that only waited for a start may start now; there may be no other event to trigger it.
        while true {
            let done = actions.count
            for id in replicas.keys.sorted() { reconcile(id, at: now, &actions) }
            let hasStarted = actions[done...].contains { if case .spawn = $0 { true } else { false } }
            guard hasStarted else { break }
        }
        for id in replicas.keys.sorted() where replicas[id].map({ $0.goal == .remove && !$0.isActive }) ?? false {
            replicas[id] = nil
            actions.append(.forget(id))
        }
        if isShuttingDown && replicas.isEmpty && !isFinished {
            isFinished = true
            actions.append(.finish)
        }
        return actions
    }

    private mutating func reconcile(_ id: ReplicaID, at now: Duration, _ actions: inout [Action]) {
        guard var replica = replicas[id] else { return }
        defer { replicas[id] = replica }
        if replica.mustStop && mayStop(id, replica) {
            if replica.hasHung { actions.append(.reportHung(id)) }
            replica.askedToStop()
            actions.append(.stop(id, run: replica.run))
        } else if replica.mustStart(at: now) && (replica.restarts > 0 || waitsFor(replica.wanted).isEmpty) {
            replica.processStarted(at: now)
            actions.append(.spawn(id, run: replica.run, replica.definition))
        }
        if replica.mustProbe(at: now), let check = replica.definition.healthCheck {
            replica.isProbing = true
            actions.append(.probe(id, run: replica.run, check))
        }
    }

    /// Services stop in reverse start order: dependents first.
    private func mayStop(_ id: ReplicaID, _ replica: ReplicaState) -> Bool {
        guard replica.goal != .run else { return true }
        return !replicas.contains { other, state in
            state.goal != .run && state.isActive && state.definition.dependencies.keys.contains(id.service)
                && other.service != id.service
        }
    }

    /// Names of the services that this service's replicas still wait for.
    public func waitsFor(_ service: ServiceDefinition) -> [String] {
        service.dependencies.filter { !isFulfilled($0.key, $0.value) }.keys.sorted()
    }

    private func isFulfilled(_ name: String, _ condition: ServiceDefinition.Condition) -> Bool {
        replicas.filter { $0.key.service == name && $0.value.goal != .remove }.values.allSatisfy { replica in
            switch condition {
            case .started: replica.phase == .running
            case .healthy: replica.phase == .running && replica.health == .healthy
            case .completed: replica.phase == .ended && replica.outcome == .exit(0)
            }
        }
    }
}
