import Launcher
import Testing

typealias Action = SupervisorMachine.Action

/// Drives a state machine with its own clock.
struct Driver {
    var machine = SupervisorMachine()
    var now = Duration.zero

    mutating func send(_ event: SupervisorMachine.Event) -> [Action] { machine.handle(event, at: now) }

    mutating func wait(_ time: Duration) -> [Action] {
        now += time
        return machine.handle(.tick, at: now)
    }

    mutating func up(_ services: ServiceDefinition..., scale: [String: Int] = [:]) -> [Action] {
        send(.apply(ComposeProject(services: services), scale: scale, only: nil))
    }

    mutating func exit(_ name: String, _ index: Int = 1, _ outcome: Outcome = .exit(0)) -> [Action] {
        let id = ReplicaID(name, index)
        return send(.exited(id, run: machine.replicas[id]?.run ?? 0, outcome))
    }

    mutating func probe(_ name: String, _ passed: Bool) -> [Action] {
        let id = ReplicaID(name, 1)
        return send(.probed(id, run: machine.replicas[id]?.run ?? 0, passed: passed))
    }

    func phase(_ name: String, _ index: Int = 1) -> ReplicaState.Phase? {
        machine.replicas[ReplicaID(name, index)]?.phase
    }

    func health(_ name: String) -> Health? { machine.replicas[ReplicaID(name, 1)]?.health }
}

let check = ServiceDefinition.HealthCheck(
    command: ["true"], interval: .seconds(10), timeout: .seconds(1), retries: 2, startPeriod: .seconds(5),
    startInterval: .milliseconds(100))

func service(
    _ name: String, needs: [String: ServiceDefinition.Condition] = [:], check: ServiceDefinition.HealthCheck? = nil,
    restart: ServiceDefinition.Restart = .always, replicas: Int = 1
) -> ServiceDefinition {
    ServiceDefinition(
        name: name, command: [name], dependencies: needs, healthCheck: check, restart: restart, replicas: replicas)
}

/// Names of the replicas that the actions start, and so on.
extension [SupervisorMachine.Action] {
    var spawned: [String] { compactMap { if case .spawn(let id, _, _) = $0 { "\(id)" } else { nil } } }
    var stopped: [String] { compactMap { if case .stop(let id, _) = $0 { "\(id)" } else { nil } } }
    var probed: [String] { compactMap { if case .probe(let id, _, _) = $0 { "\(id)" } else { nil } } }
}

@Suite struct `Supervisor machine: starting` {
    @Test func `a service waits until its dependency is healthy`() {
        var driver = Driver()
        #expect(driver.up(service("a", check: check), service("b", needs: ["a": .healthy])).spawned == ["a-1"])
        #expect(driver.wait(.milliseconds(50)) == [])
        #expect(driver.wait(.milliseconds(50)).probed == ["a-1"])
        #expect(driver.probe("a", false).spawned == [])
        #expect(driver.wait(.milliseconds(100)).probed == ["a-1"])
        #expect(driver.probe("a", true).spawned == ["b-1"])
        #expect(driver.health("a") == .healthy)
    }

    @Test func `a started dependency is enough if the file says so`() {
        var driver = Driver()
        #expect(driver.up(service("a", check: check), service("b", needs: ["a": .started])).spawned == ["a-1", "b-1"])
    }

    @Test func `a chain of services without health checks starts at once, whatever their names`() {
        var driver = Driver()
        let chain = [
            service("a", needs: ["b": .started]), service("b", needs: ["c": .started, "d": .started]), service("c"),
            service("d", needs: ["c": .started]),
        ]
        let actions = driver.send(.apply(ComposeProject(services: chain), scale: [:], only: nil))
        #expect(actions.spawned == ["c-1", "d-1", "b-1", "a-1"])
        #expect(driver.machine.nextDeadline == nil)
    }

    @Test func `a service waits until its dependency has completed successfully`() {
        var driver = Driver()
        let once = service("a", restart: .never)
        #expect(driver.up(once, service("b", needs: ["a": .completed])).spawned == ["a-1"])
        #expect(driver.exit("a").spawned == ["b-1"])
    }

    @Test func `a dependency that failed holds its dependents back`() {
        var driver = Driver()
        _ = driver.up(service("a", restart: .never), service("b", needs: ["a": .completed]))
        #expect(driver.exit("a", 1, .exit(3)).spawned == [])
        #expect(driver.phase("b") == .idle)
    }

    @Test func `only the named services start`() {
        var driver = Driver()
        let project = ComposeProject(services: [service("a"), service("b", needs: ["a": .started]), service("c")])
        #expect(driver.send(.apply(project, scale: [:], only: project.closure(of: ["b"]))).spawned == ["a-1", "b-1"])
    }

    @Test func `an adopted replica is not started again`() {
        var driver = Driver()
        _ = driver.send(.adopt(ReplicaID("a", 1), service("a")))
        #expect(driver.up(service("a", replicas: 2)).spawned == ["a-2"])
    }
}

@Suite struct `Supervisor machine: restarting` {
    @Test func `restarts back off exponentially up to a minute`() {
        var driver = Driver()
        _ = driver.up(service("a"))
        var delays: [Duration] = []
        for _ in 0..<12 {
            _ = driver.exit("a", 1, .signal(9))
            let deadline = driver.machine.nextDeadline ?? .zero
            delays.append(deadline - driver.now)
            #expect(driver.wait(deadline - driver.now - .milliseconds(1)).spawned == [])
            #expect(driver.wait(.milliseconds(1)).spawned == ["a-1"])
        }
        #expect(delays.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(delays.last == .seconds(60))
    }

    @Test func `a stable run resets the back-off`() {
        var driver = Driver()
        _ = driver.up(service("a"))
        for _ in 0..<3 {
            _ = driver.exit("a", 1, .exit(1))
            _ = driver.wait(.seconds(2))
        }
        _ = driver.wait(.seconds(10))
        _ = driver.exit("a", 1, .exit(1))
        #expect(driver.machine.nextDeadline == driver.now + .milliseconds(100))
    }

    @Test(arguments: [
        (ServiceDefinition.Restart.never, Outcome.exit(1), false), (.always, .exit(0), true),
        (.onFailure(limit: nil), .exit(0), false), (.onFailure(limit: nil), .signal(9), true),
        (.onFailure(limit: 2), .exit(1), true),
    ])
    func `the policy decides whether an end is followed by a start`(
        _ policy: ServiceDefinition.Restart, _ outcome: Outcome, _ expected: Bool
    ) {
        var driver = Driver()
        _ = driver.up(service("a", restart: policy))
        _ = driver.exit("a", 1, outcome)
        #expect(driver.wait(.seconds(1)).spawned == (expected ? ["a-1"] : []))
    }

    @Test func `a limited policy gives up after its limit`() {
        var driver = Driver()
        _ = driver.up(service("a", restart: .onFailure(limit: 2)))
        for _ in 0..<2 {
            _ = driver.exit("a", 1, .exit(1))
            #expect(driver.wait(.seconds(1)).spawned == ["a-1"])
        }
        _ = driver.exit("a", 1, .exit(1))
        #expect(driver.phase("a") == .ended)
        #expect(driver.machine.nextDeadline == nil)
    }

    @Test func `events of an earlier process are ignored`() {
        var driver = Driver()
        _ = driver.up(service("a"))
        _ = driver.exit("a")
        _ = driver.wait(.seconds(1))
        #expect(driver.send(.exited(ReplicaID("a", 1), run: 1, .exit(0))) == [])
        #expect(driver.phase("a") == .running)
    }

    @Test func `restart stops a process and starts it without delay`() {
        var driver = Driver()
        _ = driver.up(service("a"))
        #expect(driver.send(.restart(["a"])).stopped == ["a-1"])
        #expect(driver.exit("a").spawned == ["a-1"])
    }

    @Test func `up immediately starts a replica that was backing off`() {
        var driver = Driver()
        _ = driver.up(service("a"))
        _ = driver.exit("a", 1, .exit(1))
        #expect(driver.up(service("a")).spawned == ["a-1"])
    }
}

@Suite struct `Supervisor machine: changing` {
    @Test func `running up again replaces only what changed`() {
        var driver = Driver()
        _ = driver.up(service("a"), service("b"))
        var changed = service("b")
        changed.environment = ["X": "1"]
        let actions = driver.up(service("a"), changed)
        #expect(actions.stopped == ["b-1"] && actions.spawned == [])
        let start = driver.exit("b", 1, .signal(15))
        #expect(start == [.spawn(ReplicaID("b", 1), run: 2, changed)])
    }

    @Test func `running up again with the same file does nothing`() {
        var driver = Driver()
        _ = driver.up(service("a"), service("b", replicas: 2))
        #expect(driver.up(service("a"), service("b", replicas: 2)) == [])
    }

    @Test func `a service that left the file is removed`() {
        var driver = Driver()
        _ = driver.up(service("a"), service("b"))
        #expect(driver.up(service("a")).stopped == ["b-1"])
        #expect(driver.exit("b") == [.forget(ReplicaID("b", 1))])
    }

    @Test func `scaling adds and removes the highest numbers`() {
        var driver = Driver()
        #expect(driver.up(service("a"), scale: ["a": 3]).spawned == ["a-1", "a-2", "a-3"])
        #expect(driver.send(.scale(["a": 1])).stopped == ["a-2", "a-3"])
        _ = driver.exit("a", 3)
        #expect(driver.send(.scale(["a": 4])).spawned == ["a-3", "a-4"])
        #expect(driver.exit("a", 2).spawned == ["a-2"])
    }

    @Test func `everything stops in the reverse order of starting`() {
        var driver = Driver()
        _ = driver.up(service("a"), service("b", needs: ["a": .started]), service("c", needs: ["b": .started]))
        #expect(driver.send(.shutDown).stopped == ["c-1"])
        #expect(driver.exit("c").stopped == ["b-1"])
        #expect(driver.exit("b").stopped == ["a-1"])
        #expect(driver.exit("a") == [.forget(ReplicaID("a", 1)), .finish])
    }

    @Test func `a dependency stops alone if only it was named`() {
        var driver = Driver()
        _ = driver.up(service("a"), service("b", needs: ["a": .started]))
        #expect(driver.send(.stop(["a"])).stopped == ["a-1"])
        #expect(driver.exit("a") == [])
        #expect(driver.send(.start(["a"])).spawned == ["a-1"])
    }

    @Test func `shutting down while a restart is due starts nothing`() {
        var driver = Driver()
        _ = driver.up(service("a"))
        _ = driver.exit("a", 1, .exit(1))
        #expect(driver.send(.shutDown) == [.forget(ReplicaID("a", 1)), .finish])
        #expect(driver.wait(.seconds(100)) == [])
    }
}

@Suite struct `Supervisor machine: health` {
    @Test func `consecutive failures after the start period make a replica unhealthy`() {
        var driver = Driver()
        _ = driver.up(service("a", check: check))
        _ = driver.wait(.seconds(6))
        _ = driver.probe("a", false)
        #expect(driver.health("a") == .starting)
        _ = driver.wait(.seconds(10))
        _ = driver.probe("a", false)
        #expect(driver.health("a") == .unhealthy)
        _ = driver.wait(.seconds(10))
        _ = driver.probe("a", true)
        #expect(driver.health("a") == .healthy)
    }

    @Test func `failures in the start period do not count`() {
        var driver = Driver()
        _ = driver.up(service("a", check: check))
        for _ in 0..<20 {
            #expect(driver.wait(.milliseconds(100)).probed == ["a-1"])
            _ = driver.probe("a", false)
        }
        #expect(driver.health("a") == .starting)
    }

    /// Fails the checks of a healthy replica a number of times.
    private func failChecks(_ driver: inout Driver, _ count: Int) -> [Action] {
        (0..<count).reduce([]) { actions, _ in
            let due = driver.wait(.seconds(10))
            #expect(due.probed == ["a-1"])
            return actions + driver.probe("a", false)
        }
    }

    @Test func `a process that was healthy and stops answering is replaced, which is reported`() {
        var driver = Driver()
        _ = driver.up(service("a", check: check))
        _ = driver.wait(.milliseconds(100))
        _ = driver.probe("a", true)
        #expect(failChecks(&driver, 3) == [])
        #expect(driver.health("a") == .unhealthy)
        #expect(failChecks(&driver, 1) == [.reportHung(ReplicaID("a", 1)), .stop(ReplicaID("a", 1), run: 1)])
        #expect(driver.exit("a", 1, .exit(0)) == [])
        #expect(driver.wait(.milliseconds(100)).spawned == ["a-1"])
        #expect(driver.machine.replicas[ReplicaID("a", 1)]?.totalRestarts == 1)
    }

    @Test func `a passing check resets the count`() {
        var driver = Driver()
        _ = driver.up(service("a", check: check))
        _ = driver.wait(.milliseconds(100))
        _ = driver.probe("a", true)
        #expect(failChecks(&driver, 3) == [])
        _ = driver.wait(.seconds(10))
        _ = driver.probe("a", true)
        #expect(failChecks(&driver, 3) == [])
    }

    @Test func `a process that was never healthy, or must not restart, is left alone`() {
        var young = Driver()
        _ = young.up(service("a", check: check))
        _ = young.wait(.seconds(6))
        _ = young.probe("a", false)
        #expect(failChecks(&young, 9) == [])
        var single = Driver()
        _ = single.up(service("a", check: check, restart: .never))
        _ = single.wait(.milliseconds(100))
        _ = single.probe("a", true)
        #expect(failChecks(&single, 9) == [])
    }

    @Test func `there is one check at a time`() {
        var driver = Driver()
        _ = driver.up(service("a", check: check))
        #expect(driver.wait(.milliseconds(100)).probed == ["a-1"])
        #expect(driver.wait(.seconds(60)).probed == [])
        #expect(driver.machine.nextDeadline == nil)
    }

    @Test func `a new process starts with unknown health`() {
        var driver = Driver()
        _ = driver.up(service("a", check: check))
        _ = driver.wait(.milliseconds(100))
        _ = driver.probe("a", true)
        _ = driver.exit("a", 1, .exit(1))
        #expect(driver.health("a") == Health.none)
        _ = driver.wait(.milliseconds(100))
        #expect(driver.health("a") == .starting)
    }
}
