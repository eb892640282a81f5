import Launcher
import Model
import Testing

func parse(_ text: String, _ variables: [String: String] = [:]) throws -> ComposeProject {
    try ComposeFile(path: "compose.yaml", text: text).project(variables: variables)
}

func complaint(_ text: String) -> String {
    do {
        _ = try parse(text)
        return "none"
    } catch {
        return (error as? Failure)?.message ?? "\(error)"
    }
}

@Suite struct `Compose file` {
    @Test func `every key that matters is read`() throws {
        let project = try parse(
            """
            name: x
            x-common: &common
              restart: always
              environment: {A: "1"}
            services:
              base:
                <<: *common
                image: gyrus
                entrypoint: ["/bin/sh", "-c"]
                command: ["echo hello"]
                volumes: ["data:/data"]
                healthcheck:
                  test: ["CMD", "gyrus", "health", "base"]
                  interval: 1m30s
                  timeout: 500ms
                  retries: 7
                  start_period: 2s
                  start_interval: 50ms
                stop_grace_period: 1.5s
                stop_signal: SIGINT
                logging: {driver: local, options: {max-size: 4m, max-file: "5"}}
              top:
                command: worker --flag "two words"
                environment: [A=b=c, EMPTY=]
                working_dir: /tmp
                restart: on-failure:3
                deploy: {replicas: 4}
                depends_on:
                  base: {condition: service_healthy}
            volumes: {data: {}}
            """)
        let base = try #require(project.services["base"])
        #expect(project.name == "x")
        #expect(base.command == ["/bin/sh", "-c", "echo hello"])
        #expect(base.restart == .always && base.environment == ["A": "1"])
        let expected = ServiceDefinition.HealthCheck(
            command: ["gyrus", "health", "base"], interval: .seconds(90), timeout: .milliseconds(500), retries: 7,
            startPeriod: .seconds(2), startInterval: .milliseconds(50))
        #expect(base.healthCheck == expected)
        #expect(base.stopGracePeriod == .milliseconds(1500) && base.stopSignal == 2)
        #expect(base.logLimits == .init(bytes: 4 << 20, files: 5))
        let top = try #require(project.services["top"])
        #expect(top.command == ["worker", "--flag", "two words"])
        #expect(top.environment == ["A": "b=c", "EMPTY": ""])
        #expect(top.restart == .onFailure(limit: 3) && top.replicas == 4 && top.directory == "/tmp")
        #expect(top.dependencies == ["base": .healthy])
        #expect(project.startOrder == ["base", "top"])
    }

    @Test func `what is rendered means the same when it is read again`() throws {
        var service = ServiceDefinition(name: "a", command: ["sh", "-c", "echo $HOME"])
        service.environment = ["X": "$y"]
        service.healthCheck = .init(command: ["true"], startInterval: .milliseconds(20))
        service.restart = .onFailure(limit: 2)
        let project = ComposeProject(name: "p", services: [service])
        #expect(try parse(RenderedProject(project, name: "p").yaml()) == project)
    }

    @Test(arguments: [
        ("services:\n  a:\n    command: x\n    helthcheck: {}", "compose.yaml:4", "did you mean 'healthcheck'"),
        ("services:\n  a:\n    command: x\n    restart: sometimes", "compose.yaml:4", "restart policy 'sometimes'"),
        ("services:\n  a:\n    command: x\n    stop_grace_period: soon", "compose.yaml:4", "'soon' is not a duration"),
        ("services:\n  a:\n    command: x\n    deploy: {replicas: -1}", "compose.yaml:4", "'-1' is not a whole number"),
        ("services:\n  a:\n    command: x\n    depends_on: [b]", "compose.yaml:3", "'b', which is no service"),
        ("services:\n  a:\n    command: x\n    depends_on: [a]", "compose.yaml:3", "depends on itself"),
        ("services:\n  a: {image: x}", "compose.yaml:2", "has no command"),
        ("services:\n  a:\n    command: 'x \"y'", "compose.yaml:3", "quotation mark"),
        ("services:\n  a:\n    command: ${", "compose.yaml:3", "name of a variable"),
        ("services:\n  a:\n    command: ${NO:?say where}", "compose.yaml:3", "say where"),
        ("services:\n  a:\n    command: x\n    stop_signal: SIGNOT", "compose.yaml:4", "unknown signal"),
        ("service:\n  a: {}", "compose.yaml:1", "did you mean 'services'"),
        ("services: [1", "compose.yaml", "not valid YAML"),
        ("", "compose.yaml", "is empty"),
    ])
    func `a mistake is named with its line`(_ text: String, _ place: String, _ words: String) {
        let message = complaint(text)
        #expect(message.contains(place))
        #expect(message.contains(words))
    }

    @Test func `a check for health must exist where someone waits for it`() {
        let text = """
            services:
              a: {command: x}
              b:
                command: x
                depends_on: {a: {condition: service_healthy}}
            """
        #expect(complaint(text).contains("has no healthcheck"))
    }

    @Test func `a circle of dependencies is refused`() {
        let text = "services:\n  a: {command: x, depends_on: [b]}\n  b: {command: x, depends_on: [a]}"
        #expect(complaint(text).contains("depends on itself"))
    }
}

@Suite struct `Variables in Compose files` {
    static let variables = ["SET": "value", "EMPTY": ""]

    @Test(arguments: [
        ("plain", "plain"), ("$SET/x", "value/x"), ("${SET}x", "valuex"), ("${NO}", ""), ("$$SET", "$SET"),
        ("${NO:-other}", "other"), ("${EMPTY:-other}", "other"), ("${EMPTY-other}", ""), ("${SET:-other}", "value"),
        ("${NO:-${SET}s}", "values"), ("${SET:+yes}", "yes"), ("${NO:+yes}", ""), ("${EMPTY+yes}", "yes"),
        ("${SET:?must}", "value"), ("a${NO:-}b", "ab"),
    ])
    func `are replaced as the specification says`(_ text: String, _ expected: String) throws {
        #expect(try Interpolation(variables: Self.variables).expand(text) == expected)
    }

    @Test(arguments: ["$", "${", "${}", "${SET", "${SET:", "${SET!x}", "a $ b", "${NO?}", "${EMPTY:?x}"])
    func `that make no sense are refused`(_ text: String) {
        #expect(throws: Interpolation.Problem.self) {
            try Interpolation(variables: Self.variables).expand(text)
        }
    }
}

@Suite struct `Durations and words` {
    @Test(arguments: [
        ("1s", Duration.seconds(1)), ("1m30s", .seconds(90)), ("500ms", .milliseconds(500)), ("0s", .zero),
        ("1.5s", .milliseconds(1500)), ("2h", .seconds(7200)), ("10us", .microseconds(10)),
    ])
    func `durations are read`(_ text: String, _ expected: Duration) {
        #expect(parseDuration(text) == expected)
    }

    @Test(arguments: ["", "1", "s", "1x", "1.2.3s", "-1s"])
    func `what is no duration is refused`(_ text: String) {
        #expect(parseDuration(text) == nil)
    }

    @Test func `the names of replicas are read back`() {
        #expect(ReplicaID(name: "trainer-worker-12") == ReplicaID("trainer-worker", 12))
        #expect(ReplicaID(name: "registry") == nil)
    }
}
