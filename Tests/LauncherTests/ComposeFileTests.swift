import Launcher
import Model
import TestSupport
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

    @Test(arguments: [
        "environment: ~", "environment:", "environment: {A: ~}", "entrypoint: null", "ports: ~", "depends_on: ~",
        "env_file: ~", "profiles: ~", "labels: {a: ~}", "healthcheck: ~", "restart: ~", "scale: ~", "deploy: ~",
        "deploy: {replicas: ~}", "stop_grace_period: ~", "stop_signal: ~",
        "logging: {driver: ~, options: {max-size: ~}}",
        "links: ~", "working_dir: ~", "volumes: ~", "networks: {default: ~}", "x-note: [~]",
    ])
    func `a key without a value counts as absent`(_ line: String) throws {
        let plain = try #require(parse("services: {a: {command: run}}").services["a"])
        #expect(
            try parse("name: ~\nvolumes: ~\nservices:\n  a:\n    command: run\n    \(line)\n").services["a"] == plain)
    }

    @Test(arguments: [
        ("command: [run, ~]", "command.1"), ("environment: [A=1, ~]", "environment.1"), ("ports: [~]", "ports.0"),
        ("volumes: [a, null]", "volumes.1"), ("depends_on: [~]", "depends_on.0"), ("env_file: [~]", "env_file.0"),
        ("profiles: [~]", "profiles.0"), ("links: [~]", "links.0"),
        ("healthcheck: {test: [CMD, ~]}", "healthcheck.test.1"),
        ("labels: [~]", "labels.0"),
    ])
    func `a null in a list is refused with its place`(_ line: String, _ place: String) {
        let message = complaint("services:\n  a:\n    entrypoint: run\n    \(line)\n")
        #expect(message.hasPrefix("compose.yaml:4: services.a.\(place): expected a value here, not null"), "\(message)")
    }

    @Test(arguments: [
        ("services: {a: ~}", "compose.yaml:1: services.a: expected a mapping here"),
        ("~", "compose.yaml:1: expected a mapping here"),
        ("services: ~", "compose.yaml:1: the file has no services"),
        ("services: {a: {command: ~}}", "compose.yaml:1: services.a: has no command"),
        ("services: {a: {command: x, healthcheck: {test: ~}}}", "compose.yaml:1: services.a.healthcheck: has no test"),
        ("services: {a: {<<: ~, command: x}}", "compose.yaml:1: services.a.<<: expected a mapping here"),
    ])
    func `a null where something must be is refused with its place`(_ text: String, _ message: String) {
        #expect(complaint(text).hasPrefix(message), "\(complaint(text))")
    }

    @Test func `a rendered file is read back with the same meaning`() throws {
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
        ("services:\n  a:\n    command: x\n    depends_on: [b]", "compose.yaml:3", "'b', which is not a service"),
        ("services:\n  a:\n    command: x\n    depends_on: [a]", "compose.yaml:3", "depends on itself"),
        ("services:\n  a: {image: x}", "compose.yaml:2", "has no command"),
        ("services:\n  a:\n    command: 'x \"y'", "compose.yaml:3", "quotation mark"),
        ("services:\n  a:\n    command: ${", "compose.yaml:3", "variable name"),
        ("services:\n  a:\n    command: ${NO:?say where}", "compose.yaml:3", "say where"),
        ("services:\n  a:\n    command: x\n    stop_signal: SIGNOT", "compose.yaml:4", "unknown signal"),
        ("service:\n  a: {}", "compose.yaml:1", "did you mean 'services'"),
        ("services: [1", "compose.yaml", "not valid YAML"),
        ("", "compose.yaml", "is empty"),
    ])
    func `an error gives its line`(_ text: String, _ place: String, _ words: String) {
        let message = complaint(text)
        #expect(message.contains(place))
        #expect(message.contains(words))
    }

    /// Small texts that expand to large or deep values.
    static let bombs: [String] = {
        let pairs = (1...30).map { "x-\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]" }
        let merges = (1...30).map { "x-\($0): &a\($0) {<<: [*a\($0 - 1), *a\($0 - 1)], k\($0): v}" }
        let keys = (1...30).map { "? &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n: x" }
        return [
            (["x-0: &a0 [y]"] + pairs).joined(separator: "\n"), (["x-0: &a0 [y]"] + pairs).joined(separator: "\r"),
            (["x-0: &a0 [y]"] + pairs).joined(separator: "\u{85}"),
            (["x-0: &a0 [y]"] + pairs).joined(separator: "\u{2028}"),
            (["x-0: &a0 {k: v}"] + merges).joined(separator: "\n"),
            (["x-0: &a0 [y]"] + keys).joined(separator: "\n"), "x: " + String(repeating: "[", count: 9000),
            String(repeating: "- ", count: 9000), "x: " + String(repeating: "{a: ", count: 900),
        ]
    }()

    @Test(.timeLimit(.minutes(5)), arguments: bombs)
    func `a text that would expand is refused beforehand`(_ text: String) {
        let message = complaint(text)
        #expect(message.contains("compose.yaml:"))
        #expect(message.contains("its aliases expand to more than") || message.contains("levels deep"), "\(message)")
    }

    @Test func `aliases and merges of ordinary size are read`() throws {
        let text = "x-a: &a {environment: {A: b}}\nservices:\n  s: {<<: *a, command: [x, '*', '&']}"
        #expect(try parse(text).services["s"]?.environment == ["A": "b"])
    }

    @Test func `services of a profile exist when it is active`() throws {
        let project = try parse(
            """
            services:
              main: {command: x, depends_on: {extra: {condition: service_started, required: false}}}
              debug: {command: x, profiles: [dev, test], depends_on: [main]}
              extra: {command: x, profiles: [more]}
            """)
        #expect(try project.selecting(profiles: []).services.keys.sorted() == ["main"])
        #expect(try project.selecting(profiles: ["test"]).services.keys.sorted() == ["debug", "main"])
        #expect(try project.selecting(profiles: [], naming: ["debug"]).services.keys.sorted() == ["debug", "main"])
        #expect(try project.selecting(profiles: ["*"]).services.count == 3)
        #expect(try project.selecting(profiles: []).services["main"]?.dependencies == [:])
        let broken = try parse("services:\n  a: {command: x, depends_on: [b]}\n  b: {command: x, profiles: [p]}")
        let failure = try #require(throws: Failure.self) { try broken.selecting(profiles: []) }
        #expect(failure.message.contains("--profile p"))
    }

    @Test func `keys that would change the process are refused with the reason`() {
        for (key, word) in [("secrets: [s]", "/run/secrets"), ("extends: {service: a}", "merge key")] {
            let message = complaint("services:\n  a:\n    command: x\n    \(key)")
            #expect(message.contains("compose.yaml:4") && message.contains(word), "\(message)")
        }
        #expect(complaint("include: [x]\nservices: {a: {command: x}}").contains("'include' is not supported"))
    }

    @Test func `files of variables are read like Docker reads them`() throws {
        let directory = try TemporaryDirectory()
        let text =
            "\u{FEFF}# note\r\nA=1\r\nexport B = 'x $A # y'\r\nC=\"two\\nlines $A\"\r\nD=${A}b # why\r\nE=\r\nF\r\n"
        _ = try directory.write(Array(text.utf8), as: "a.env")
        _ = try directory.write(Array("A=2\nR='raw'\n".utf8), as: "b.env")
        let compose = """
            services:
              s:
                command: x
                environment: {A: "3"}
                env_file: [a.env, {path: b.env, format: raw}, {path: none.env, required: false}]
            """
        let file = ComposeFile(path: directory.path("compose.yaml"), text: compose)
        let expected = ["A": "3", "B": "x $A # y", "C": "two\nlines 1", "D": "1b", "E": "", "R": "'raw'"]
        #expect(try file.project(variables: [:]).services["s"]?.environment == expected)
        let missing = ComposeFile(
            path: directory.path("compose.yaml"), text: "services: {s: {command: x, env_file: n.env}}")
        let failure = try #require(throws: Failure.self) { try missing.project(variables: [:]) }
        #expect(failure.message.contains("n.env") && failure.message.contains("required: false"))
    }

    @Test func `a service with one database is not scaled`() throws {
        let project = try parse(
            "services:\n  a: {command: x, labels: {gyrus.single: it keeps a database}}\n  b: {command: x}")
        try project.checkScale(["a": 1, "b": 4])
        let failure = try #require(throws: Failure.self) { try project.checkScale(["a": 2]) }
        #expect(failure.message.contains("it keeps a database; b can be scaled"))
    }

    @Test func `an unset variable is reported once`() throws {
        var warnings: [String] = []
        let text = "services:\n  a: {command: '$NO ${NO} ${NO:-x} ${SET:+$NOR} ${SET}'}"
        _ = try ComposeFile(path: "c", text: text).project(variables: ["SET": ""]) { warnings.append($0) }
        #expect(warnings.count == 1 && warnings[0].contains("'NO'"))
    }

    @Test func `a service that others wait for needs a health check`() {
        let text = """
            services:
              a: {command: x}
              b:
                command: x
                depends_on: {a: {condition: service_healthy}}
            """
        #expect(complaint(text).contains("has no healthcheck"))
    }

    @Test func `a cycle of dependencies is refused`() {
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
        ("${SET:?must}", "value"), ("a${NO:-}b", "ab"), ("${SET:-${NO:?must}}", "value"),
        ("${NO:+${NO:?must}}", ""), ("${NO:-${NO:-${SET}}}", "value"),
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
    func `an invalid duration is refused`(_ text: String) {
        #expect(parseDuration(text) == nil)
    }

    @Test func `names of replicas are parsed`() {
        #expect(ReplicaID(name: "trainer-worker-12") == ReplicaID("trainer-worker", 12))
        #expect(ReplicaID(name: "registry") == nil)
    }
}
