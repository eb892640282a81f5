@preconcurrency import Dispatch
import Foundation
import Glibc
import HelperProcesses
public import Logging
import Model

/// Runs the services of a project as local processes: drives a `SupervisorMachine` with real processes and a real clock.
///
/// A project directory has one supervisor. When a leashed supervisor dies, for whatever reason, its processes die with
/// it; a detached one leaves them to the next supervisor, which adopts them.
public actor Supervisor {
    private let directory: ProjectDirectory
    private let programs: Programs
    private let environment: [String: String]
    private let logger: Logger
    private let leash: (read: Descriptor, write: Descriptor)?
    private let lock: Descriptor
    private let start = ContinuousClock.now
    private let queue = DispatchQueue(label: "supervisor")
    private var server: ControlServer?

    private var machine = SupervisorMachine()
    private var keepers: [ReplicaID: Keeper] = [:]
    private var known: [ReplicaID: Known] = [:]
    private var version = 0
    private var changeWaiters: [Int: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter = 0
    private var endWaiters: [CheckedContinuation<Void, Never>] = []
    private var isFinished = false
    private var timer: (any DispatchSourceTimer)?

    private struct Known {
        var started: Date?
        var ended: Date?
        var process: Int32?
    }

    /// Takes over the project; throws a `Failure` with code `conflict` if another supervisor has it.
    public init(
        of directory: ProjectDirectory, programs: Programs, isLeashed: Bool, environment: [String: String],
        logger: Logger
    ) throws {
        self.directory = directory
        self.programs = programs
        self.environment = environment
        self.logger = logger
        try directory.create()
        lock = try Descriptor.open(directory.lock.path, O_RDWR | O_CREAT)
        guard lock.tryLock() else {
            throw Failure(.conflict, "project '\(directory.name)' already has a supervisor; see: gyrus ps")
        }
        leash = isLeashed ? try Descriptor.pipe() : nil
    }

    /// Takes over the project, waiting for an earlier supervisor that is about to end.
    ///
    /// Throws a `Failure` with code `conflict` if another supervisor has the project and responds.
    public static func takingCharge(
        of directory: ProjectDirectory, programs: Programs, isLeashed: Bool, environment: [String: String],
        logger: Logger
    ) async throws -> Supervisor {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            do {
                return try Supervisor(
                    of: directory, programs: programs, isLeashed: isLeashed, environment: environment, logger: logger)
            } catch let failure as Failure where failure.code == .conflict {
                let answer = try await ControlClient(at: directory.control).send(.status(unless: nil))
                guard answer == nil, ContinuousClock.now < deadline else { throw failure }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    // MARK: - Life

    /// Adopts the processes of an earlier supervisor and starts answering on the project's socket.
    public func open() async throws {
        await takeOver()
        server = try ControlServer(at: directory.control) { [weak self] request in
            await self?.answer(request)
        }
    }

    /// Returns once everything is shut down.
    public func untilFinished() async {
        guard !isFinished else { return }
        await withCheckedContinuation { endWaiters.append($0) }
    }

    /// Whether everything is shut down.
    public var hasFinished: Bool { isFinished }

    private func takeOver() async {
        for living in Keeper.living(in: directory) {
            if leash != nil {
                // A process without a leash would outlive this supervisor, so it is replaced by one with a leash.
                await end(living.keeper)
            } else {
                logger.info("adopted", metadata: ["replica": "\(living.keeper.id)"])
                _ = machine.handle(.adopt(living.keeper.id, living.definition), at: now)
                known[living.keeper.id] = Known(started: living.record.started, process: living.record.process)
                watch(living.keeper, run: 1)
            }
        }
        act(machine.handle(.tick, at: now))
    }

    private func end(_ keeper: Keeper) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isWatched = RunningProgram.watch(keeper.process, on: queue) { _ in continuation.resume() }
            if isWatched { keeper.stop() } else { continuation.resume() }
        }
    }

    // MARK: - Requests

    /// Executes a request and returns the state of the project.
    public func answer(_ request: ControlRequest) async -> ControlReply {
        switch request {
        case .status(let seen):
            if seen == version && !isFinished { await change(within: 1) }
        case .apply(let project, let scale, let only): handle(.apply(project, scale: scale, only: only))
        case .stop(let names): handle(.stop(names))
        case .start(let names): handle(.start(names))
        case .restart(let names): handle(.restart(services.restarted(with: names)))
        case .scale(let counts):
            let unknown = counts.keys.filter { machine.services[$0] == nil }.sorted()
            guard unknown.isEmpty else {
                let known = machine.services.keys.sorted().joined(separator: ", ")
                return ControlReply(
                    failure: Failure(.notFound, "there is no service '\(unknown[0])'; the services are \(known)"))
            }
            do {
                try services.checkScale(counts)
            } catch {
                return ControlReply(failure: Failure(error))
            }
            handle(.scale(counts))
        case .shutDown: handle(.shutDown)
        case .kill: for keeper in keepers.values { keeper.killNow() }
        }
        return ControlReply(status: status())
    }

    /// The services in their desired state.
    private var services: ComposeProject { ComposeProject(services: Array(machine.services.values)) }

    private func change(within seconds: Double) async {
        let number = nextWaiter
        nextWaiter += 1
        queue.asyncAfter(deadline: .now() + seconds) { [weak self] in
            Task { await self?.endWaiting(number) }
        }
        await withCheckedContinuation { changeWaiters[number] = $0 }
    }

    private func endWaiting(_ number: Int) {
        changeWaiters.removeValue(forKey: number)?.resume()
    }

    private func status() -> ProjectStatus {
        for id in keepers.keys where known[id]?.process == nil {
            known[id]?.process = Record(at: directory.record(of: id))?.process
        }
        let replicas = machine.replicas.sorted { $0.key < $1.key }.map { id, state in
            describe(id, state, known[id] ?? Known())
        }
        return ProjectStatus(
            project: directory.name, supervisor: getpid(), isDetached: leash == nil, version: version,
            replicas: replicas)
    }

    private func describe(_ id: ReplicaID, _ state: ReplicaState, _ known: Known) -> ReplicaStatus {
        let word: ReplicaStatus.State =
            switch state.phase {
            case .idle: .created
            case .running: .running
            case .stopping: .stopping
            case .backingOff: .restarting
            case .ended: .exited
            }
        return ReplicaStatus(
            service: id.service, index: id.index, command: state.definition.command, state: word, health: state.health,
            process: state.isActive ? known.process : nil, outcome: state.outcome, started: known.started,
            ended: known.ended, restarts: state.totalRestarts,
            waitsFor: state.phase == .idle ? machine.waitsFor(state.wanted) : [])
    }

    // MARK: - The machine

    private var now: Duration { start.duration(to: .now) }

    private func handle(_ event: SupervisorMachine.Event) {
        act(machine.handle(event, at: now))
    }

    private func act(_ actions: [SupervisorMachine.Action]) {
        for action in actions {
            switch action {
            case .spawn(let id, let run, let definition): spawn(id, run, definition)
            case .stop(let id, _): keepers[id]?.stop()
            case .reportHung(let id):
                logger.error("its health check keeps failing; replacing it", metadata: ["replica": "\(id)"])
            case .probe(let id, let run, let check): probe(id, run, check)
            case .forget(let id):
                known[id] = nil
                Keeper.forget(id, in: directory)
            case .finish: finish()
            }
        }
        version += 1
        changeWaiters.values.forEach { $0.resume() }
        changeWaiters = [:]
        schedule()
    }

    private func schedule() {
        timer?.cancel()
        timer = nil
        guard let deadline = machine.nextDeadline, !isFinished else { return }
        let source = DispatchSource.makeTimerSource(queue: queue)
        let wait = max(.zero, deadline - now)
        source.schedule(deadline: .now() + .milliseconds(Int(wait.milliseconds) + 1), leeway: .milliseconds(1))
        source.setEventHandler { [weak self] in
            Task { await self?.handle(.tick) }
        }
        source.resume()
        timer = source
    }

    private func finish() {
        isFinished = true
        timer?.cancel()
        server?.close()
        endWaiters.forEach { $0.resume() }
        endWaiters = []
    }

    // MARK: - Processes

    private func spawn(_ id: ReplicaID, _ run: Int, _ definition: ServiceDefinition) {
        do {
            let keeper = try Keeper.start(
                id, definition, in: directory, programs: programs, environment: environment, leash: leash?.read)
            known[id] = Known(started: Date())
            watch(keeper, run: run)
            logger.info("started", metadata: ["replica": "\(id)", "keeper": "\(keeper.process)"])
        } catch {
            logger.error("cannot start", metadata: ["replica": "\(id)", "error": "\(error)"])
            known[id] = Known(started: Date(), ended: Date())
            let failed = SupervisorMachine.Event.exited(id, run: run, .failed(ENOEXEC))
            queue.async { [weak self] in Task { await self?.handle(failed) } }
        }
    }

    private func watch(_ keeper: Keeper, run: Int) {
        keepers[keeper.id] = keeper
        let isWatched = RunningProgram.watch(keeper.process, on: queue) { [weak self] _ in
            Task { await self?.ended(keeper, run: run) }
        }
        if !isWatched {
            queue.async { [weak self] in Task { await self?.ended(keeper, run: run) } }
        }
    }

    private func ended(_ keeper: Keeper, run: Int) {
        let id = keeper.id
        let record = Record(at: directory.record(of: id))
        // A killed keeper leaves no outcome; the kernel killed its process, and this kills the rest of its group.
        if record?.outcome == nil, let process = record?.process { kill(-process, SIGKILL) }
        let outcome = record?.outcome ?? .signal(SIGKILL)
        known[id]?.ended = record?.ended ?? Date()
        known[id]?.process = nil
        keepers[id] = nil
        logger.info(
            "ended", metadata: ["replica": "\(id)", "outcome": "\(outcome)", "process": "\(record?.process ?? 0)"])
        handle(.exited(id, run: run, outcome))
    }

    // MARK: - Health

    private func probe(_ id: ReplicaID, _ run: Int, _ check: ServiceDefinition.HealthCheck) {
        let variables = machine.replicas[id]?.definition.environment ?? [:]
        let command = [programs.path(of: check.command[0])] + check.command.dropFirst()
        do {
            try Check.succeeds(
                command, environment: environment.merging(variables) { $1 }, within: check.timeout, on: queue
            ) { [weak self] passed in
                Task { await self?.handle(.probed(id, run: run, passed: passed)) }
            }
        } catch {
            logger.warning(
                "cannot run the health check",
                metadata: ["replica": "\(id)", "program": "\(command[0])", "error": "\(errorText(error.number))"])
            queue.async { [weak self] in Task { await self?.handle(.probed(id, run: run, passed: false)) } }
        }
    }
}
