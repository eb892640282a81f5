// swift-tools-version: 6.2
import PackageDescription

// MARK: - Settings every target shares

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// The folder of a libtorch distribution (with `include` and `lib`); if it is not set, Debian's `libtorch-dev` is used.
let libtorch = Context.environment["LIBTORCH"]
let torchIncludes =
    libtorch.map { ["-isystem", "\($0)/include", "-isystem", "\($0)/include/torch/csrc/api/include"] }
    ?? ["-isystem", "/usr/include/torch/csrc/api/include"]
let torchLinks = libtorch.map { ["-L\($0)/lib", "-Xlinker", "-rpath", "-Xlinker", "\($0)/lib"] } ?? []

func library(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: swiftSettings)
}

/// A library that is optimized in debug builds as well, because it computes so much.
func optimized(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path,
        swiftSettings: swiftSettings + [.unsafeFlags(["-O"], .when(configuration: .debug))])
}

func executable(
    _ name: String, _ path: String, _ dependencies: [Target.Dependency], excluding files: [String] = []
) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: path, exclude: files, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], excluding files: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)", exclude: files,
        swiftSettings: swiftSettings)
}

// MARK: - Dependencies by product name

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let asyncAlgorithms = Target.Dependency.product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// MARK: - Shared

let manualPages = [
    "first-scenario", "own-data", "own-networks", "using-the-result", "serving", "searching", "fusion", "tracking",
    "models", "pretrained", "brain", "scaling-out", "devices", "clusters", "operating", "metrics", "scenario-reference",
    "command-reference", "architecture", "glossary", "measurements",
]

let shared: [Target] = [
    // Includes the header of the parser inside Yams, so that both interpret every character the same way.
    .target(name: "CYamlBounds", dependencies: [yams], path: "Shared/CYamlBounds", publicHeadersPath: "include"),
    library("Model", "Shared/Model", ["CYamlBounds", yams, crypto]),
    library("Safetensors", "Shared/Safetensors", ["Model"]),
    library("Answers", "Shared/Answers", ["Model", "Safetensors"]),

    // Executables that show the manual contain its pages.
    .target(
        name: "Manual", dependencies: ["Model"], path: "Shared/Documentation",
        exclude: ["Generator", "console.png", "scenario.schema.json"],
        sources: ["Swift"], resources: manualPages.map { .embedInCode("\($0).md") }, swiftSettings: swiftSettings),
    executable(
        "ManualGenerator", "Shared/Documentation/Generator", ["HelperProcesses", "Manual", "Model", argumentParser]),

    .target(
        name: "CBrainAtlas", path: "Shared/Brain/Shipped",
        exclude: ["SOURCES.md", "coactivation.tsv", "function.tsv", "roi.tsv", "roi_function.tsv", "word.tsv"],
        publicHeadersPath: "include"),
    library("Brain", "Shared/Brain/Swift", ["CBrainAtlas", "Model"]),

    .systemLibrary(name: "CProtobufC", path: "Shared/CProtobufC"),
    .target(name: "CSchema", dependencies: ["CProtobufC"], path: "Shared/Schema/C", publicHeadersPath: "include"),
    library("Schema", "Shared/Schema/Swift", ["CSchema", "CProtobufC", "Model"]),
    .target(
        name: "CDescriptor", dependencies: ["CProtobufC"], path: "Shared/SchemaGenerator/C",
        publicHeadersPath: "include"),
    executable("SchemaGenerator", "Shared/SchemaGenerator/Swift", ["CDescriptor", "CProtobufC", argumentParser]),

    .systemLibrary(name: "CZeroMQ", path: "Shared/CZeroMQ"),
    library("Messaging", "Shared/Messaging", ["CZeroMQ", "Model", "Schema", lifecycle, logging, metrics, collections]),

    library("Storage", "Shared/Storage", ["Model", grdb, metrics]),
    .systemLibrary(name: "CCurl", path: "Shared/CCurl"),
    .systemLibrary(name: "CXGBoost", path: "Shared/CXGBoost"),
    library("ObjectStore", "Shared/ObjectStore", ["CCurl", "Model", crypto]),

    library("ServiceClient", "Shared/ServiceKit/Client", ["Model", "Schema", "Messaging", logging]),
    library(
        "ServiceKit", "Shared/ServiceKit/Server",
        [
            "HelperProcesses", "Model", "Schema", "Messaging", "Storage", "ServiceClient", argumentParser, crypto, grdb,
            httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, metrics, nio, unixSignals, yams,
        ]),

    library("WorkQueueClient", "Shared/WorkQueue/Client", ["Model", "Schema", "Messaging", lifecycle, logging]),
    library(
        "WorkQueueServer", "Shared/WorkQueue/Server",
        [
            "Model", "Schema", "Messaging", "Storage", "ServiceClient", "ServiceKit", "WorkQueueClient",
            argumentParser, grdb, lifecycle, logging,
        ]),

    // Every parameter of a network passes through it in every step.
    optimized("ParameterServer", "Shared/ParameterServer", ["Model", "Schema", "Messaging", "Storage"]),

    .target(
        name: "CTorch", path: "Shared/CTorch", publicHeadersPath: "include",
        cxxSettings: [.unsafeFlags(torchIncludes + ["-O3"])],
        linkerSettings: [
            .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"), .unsafeFlags(torchLinks),
        ]),
    // A search checks thousands of networks with hundreds of layers.
    optimized("Networks", "Shared/Networks", ["Model"]),
    .target(name: "CProcess", path: "Shared/CProcess"),
    library("HelperProcesses", "Shared/HelperProcesses", ["CProcess", "Model"]),
    library("Checkpoints", "Shared/Checkpoints", ["Model", "Safetensors"]),
    library("ONNX", "Shared/ONNX", ["Model", "Networks", "Safetensors", "Schema"]),
    // How the command line and the console show the same facts.
    library("Presentation", "Shared/Presentation", ["Model"]),
    library("Darknet", "Shared/Darknet", ["Model", "Networks"]),
    library("OpenVINO", "Shared/OpenVINO", ["Model", "Networks"]),
    // A standard error requires computing a metric hundreds of times.
    optimized("Scores", "Shared/Scores", ["Model"]),
    library("Torch", "Shared/Torch", ["CTorch", "Model", "Networks", "Safetensors", "Scores"]),
    .systemLibrary(name: "CZlib", path: "Shared/CZlib"),
    .systemLibrary(name: "CSnappy", path: "Shared/CSnappy"),
    .systemLibrary(name: "CZstd", path: "Shared/CZstd"),
    // Every byte of a user's tables passes through it.
    optimized("Tables", "Shared/Tables", ["Model", "CZlib", "CSnappy", "CZstd"]),
    // Optimized in every configuration: otherwise, scoring a whole benchmark takes a minute.
    .target(
        name: "Tracking", dependencies: ["Model", "Safetensors"], path: "Shared/Tracking",
        swiftSettings: swiftSettings + [.unsafeFlags(["-O"])]),
    .target(
        name: "CVision", path: "Shared/CVision", publicHeadersPath: "include",
        // Debian's OpenCV keeps its headers in a folder of their own.
        cxxSettings: [.unsafeFlags(["-isystem", "/usr/include/opencv4", "-O3"])]),
    .target(
        name: "CMedia", path: "Shared/CMedia", publicHeadersPath: "include",
        cxxSettings: [.unsafeFlags(["-isystem", "/usr/include/opencv4", "-O3"])]),
    .target(name: "CTokenizer", path: "Shared/CTokenizer", publicHeadersPath: "include"),
    // Every character of a text passes through it.
    optimized("Tokenization", "Shared/Tokenization", ["Model", collections]),
    library("Media", "Shared/Media", ["CMedia", "HelperProcesses", "Model", "Tokenization"]),
    // Every sample of a user's data passes through it.
    optimized(
        "Preparation", "Shared/Preparation",
        ["Answers", "CTorch", "HelperProcesses", "Media", "Model", "Safetensors", "Tables", "Torch", crypto]),
    library("Vision", "Shared/Vision", ["CVision", "Model", "Tracking"]),
    library(
        "Datasets", "Shared/Datasets",
        ["Answers", "Media", "Model", "CTorch", "CZlib", "Networks", "Torch", "Tracking", "Safetensors"]),

    // The search for candidates: no service, no database. Tests would take a hundred times longer without optimization.
    optimized("Learning", "Shared/Learning"),
    optimized("Search", "Shared/Search", ["HelperProcesses", "Model", "Networks", "Learning"]),
    library("TrackingSearch", "Shared/TrackingSearch", ["Model", "Search", "Tracking"]),
]

// MARK: - Services

let services: [Target] = [
    library(
        "WebGuard", "Shared/Web",
        ["Model", httpTypes, hummingbird, hummingbirdCore, logging, nio, nioHTTPTypes, nioPosix]),
    library(
        "RegistryClient", "Services/Registry/Client", ["Brain", "Model", "Schema", "Messaging", "Networks", crypto]),
    library(
        "RegistryServer", "Services/Registry/Server",
        [
            "Brain", "Model", "Schema", "Messaging", "ObjectStore", "Storage", "ServiceClient", "ServiceKit",
            "Networks",
            "RegistryClient", grdb, crypto, lifecycle, logging,
        ]),
    executable(
        "registry", "Services/Registry/Main",
        ["Model", "ObjectStore", "RegistryServer", "ServiceClient", "ServiceKit", argumentParser, logging]),

    .target(name: "CSandbox", path: "Shared/CSandbox"),
    library("Confinement", "Shared/Confinement", ["CSandbox", "Model"]),
    library("Inspection", "Shared/Inspection", ["Confinement", "HelperProcesses", "Model", "Networks"]),
    executable(
        "gyrus-inspector", "Services/Registry/Inspector",
        [
            "Checkpoints", "Darknet", "HelperProcesses", "Inspection", "Model", "Networks", "ONNX",
            "OpenVINO",
            "Safetensors", "Tables", "Torch",
        ]),

    library("KnowledgeClient", "Services/Knowledge/Client", ["Model", "Schema", "Messaging"]),
    optimized("KnowledgeAttention", "Services/Knowledge/Attention", ["Model", "KnowledgeClient", "Torch"]),
    library(
        "KnowledgeServer", "Services/Knowledge/Server",
        [
            "Model", "Schema", "Messaging", "Storage", "ServiceKit", "KnowledgeClient", "KnowledgeAttention",
            "RegistryClient", "TrainerClient", "WorkQueueClient", grdb, lifecycle, logging,
        ]),
    executable(
        "knowledge", "Services/Knowledge/Main",
        [
            "KnowledgeServer", "RegistryClient", "ServiceClient", "ServiceKit", "TrainerClient",
            argumentParser,
        ]),

    library(
        "TrainerClient", "Services/Trainer/Client", ["Model", "Schema", "Messaging", "Networks", "WorkQueueClient"]),
    library(
        "TrainerWorker", "Services/Trainer/Worker",
        [
            "Model", "Schema", "Messaging", "Networks", "ParameterServer", "Storage", "Torch", "Datasets", "Tracking",
            "RegistryClient", "TrainerClient", "WorkQueueClient", logging,
        ]),
    executable(
        "trainer", "Services/Trainer/Main", ["ServiceClient", "ServiceKit", "WorkQueueServer", argumentParser]),
    executable(
        "trainer-worker", "Services/Trainer/WorkerMain",
        [
            "TrainerWorker", "Model", "RegistryClient", "ServiceClient", "ServiceKit", "Torch", "WorkQueueClient",
            argumentParser,
        ]),

    library(
        "EvaluatorClient", "Services/Evaluator/Client",
        ["Model", "Schema", "Messaging", "Networks", "Tracking", "WorkQueueClient"]),
    library(
        "EvaluatorWorker", "Services/Evaluator/Worker",
        [
            "Answers", "Model", "Networks", "Storage", "Torch", "Datasets", "Tracking", "RegistryClient",
            "EvaluatorClient", "WorkQueueClient",
        ]),
    executable(
        "evaluator", "Services/Evaluator/Main", ["ServiceClient", "ServiceKit", "WorkQueueServer", argumentParser]),
    executable(
        "evaluator-worker", "Services/Evaluator/WorkerMain",
        [
            "EvaluatorWorker", "RegistryClient", "ServiceClient", "ServiceKit", "Torch", "WorkQueueClient",
            argumentParser,
        ]),

    executable("gyrus-autoencoder", "Services/Designer/Autoencoder", ["CTorch", "Model", "Search", "Torch"]),
    library("DesignerClient", "Services/Designer/Client", ["Brain", "Model", "Networks", "Schema", "Messaging"]),
    // Decides how a search proceeds, given what happened: no database, no socket, no clock.
    library(
        "DesignerSearch", "Services/Designer/Machine",
        [
            "Brain", "Model", "Networks", "Search", "Tracking", "TrackingSearch", "DesignerClient", "EvaluatorClient",
            "TrainerClient", "WorkQueueClient",
        ]),
    library(
        "DesignerServer", "Services/Designer/Server",
        [
            "Brain", "DesignerSearch", "Model", "Schema", "Messaging", "Storage", "ServiceKit", "Networks", "Search",
            "WorkQueueClient",
            "WorkQueueServer", "DesignerClient", "ServiceClient", "RegistryClient", "KnowledgeClient", "TrainerClient",
            "EvaluatorClient", "ParameterServer", grdb, lifecycle, logging,
        ]),
    executable(
        "designer", "Services/Designer/Main",
        [
            "DesignerServer", "Messaging", "Model", "RegistryClient", "ServiceClient", "ServiceKit", "WorkQueueClient",
            argumentParser,
        ]),

    .target(
        name: "ConsoleServer",
        dependencies: [
            "Answers", "Brain", "HelperProcesses", "Manual", "Model", "Messaging", "Networks", "ServiceClient",
            "DesignerClient", "Presentation", "RegistryClient", "ServerClient", "Tables",
            "Tracking", "WebGuard",
            "WorkQueueClient", hummingbird, hummingbirdCore,
            asyncAlgorithms, crypto, httpTypes, mustache, nio, lifecycle, logging,
        ],
        path: "Services/Console/Server", resources: [.embedInCode("Assets"), .embedInCode("Templates")],
        swiftSettings: swiftSettings),
    executable(
        "console", "Services/Console/Main",
        ["ConsoleServer", "Model", "ServiceClient", "ServiceKit", "WebGuard", argumentParser]),

    // Every byte of requests and answers passes through it.
    optimized("Serving", "Shared/Serving", ["Model", "Tables"]),
    library(
        "ServerClient", "Services/Server/Client", ["HelperProcesses", "Model", "RegistryClient", argumentParser]),
    optimized(
        "InferenceServer", "Services/Server/Server",
        [
            "HelperProcesses", "Media", "Model", "RegistryClient", "ServerClient", "Serving", "Tables", "WebGuard",
            collections, crypto, httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, nio,
        ]),
    executable(
        "server", "Services/Server/Main",
        [
            "InferenceServer", "Model", "RegistryClient", "ServerClient", "ServiceClient", "ServiceKit", "WebGuard",
            argumentParser,
        ]),
    .executableTarget(name: "gyrus-keeper", path: "Services/CommandLine/Keeper"),
    executable(
        "gyrus-health", "Services/CommandLine/Health", ["Model", "ServiceClient", argumentParser, logging]),
    executable(
        "gyrus-detector", "Services/CommandLine/Detector",
        ["Inspection", "Model", "Torch", "Tracking", "Vision", argumentParser]),
    // Optimized in every configuration: every number of a dataset passes through it.
    .executableTarget(
        name: "gyrus-baseline", dependencies: ["CXGBoost", "Model", "Safetensors", "Scores", argumentParser],
        path: "Services/CommandLine/Baseline",
        swiftSettings: swiftSettings + [.unsafeFlags(["-O"], .when(configuration: .debug))]),
    executable("gyrus-tokenizer", "Services/CommandLine/Tokenizer", ["CTokenizer", "Model", argumentParser]),
    executable(
        "gyrus-data", "Services/CommandLine/DataHelper",
        [
            "Confinement", "HelperProcesses", "Inspection", "Media", "Model", "Preparation", "Scores", "Serving",
            "Tables", "Torch", argumentParser,
        ]),
    library(
        "Launcher", "Services/CommandLine/Launcher", ["CProcess", "HelperProcesses", "Model", yams, crypto, logging]),
    executable(
        "gyrus", "Services/CommandLine/Gyrus",
        [
            "Answers", "Brain", "HelperProcesses", "Manual", "Model", "Networks", "ONNX", "Inspection", "Launcher",
            "ServerClient", "ServiceClient",
            "DesignerClient", "RegistryClient", "KnowledgeClient", "TrainerClient", "EvaluatorClient",
            "WorkQueueClient", "Messaging", "Presentation", "Search", "Tokenization", "Tracking", "TrackingSearch",
            "Vision", "Tables", argumentParser, crypto, logging,
        ]),
]

// MARK: - Tests

let testTargets: [Target] = [
    .target(
        name: "TestSupport", dependencies: ["HelperProcesses", "Model"], path: "Tests/Support",
        exclude: ["object-store.py", "python-environment"],
        swiftSettings: swiftSettings),
    .target(
        name: "ServiceTestSupport", dependencies: ["Messaging", "Model", "TestSupport", logging],
        path: "Tests/ServiceSupport", swiftSettings: swiftSettings),
    tests("ModelTests", ["Model"]),
    tests("SchemaTests", ["Schema", "CProtobufC", "Model"]),
    tests("SchemaGeneratorTests", ["SchemaGenerator"]),
    tests("MessagingTests", ["Messaging", "Schema", "CZeroMQ", lifecycle, logging]),
    tests(
        "ServiceKitTests",
        [
            "ServiceKit", "ServiceClient", "ServiceTestSupport", "Messaging", "Storage", "Model", argumentParser, grdb,
            logging,
        ]),
    tests("StorageTests", ["Storage", grdb]),
    tests(
        "WorkQueueTests",
        [
            "ServiceClient", "ServiceKit", "WorkQueueClient", "WorkQueueServer", "Storage", "Messaging", "Model",
            "Schema", grdb, lifecycle, logging,
        ]),
    tests("ParameterServerTests", ["ParameterServer", "ServiceTestSupport", "Messaging", "Model"]),
    tests("NetworksTests", ["Networks"]),
    tests("ManualTests", ["gyrus", "Launcher", "Manual", "Model", "Networks", argumentParser]),
    tests("BrainTests", ["Brain", "Model"]),
    tests("SafetensorsTests", ["Model", "Safetensors"]),
    tests("TokenizationTests", ["Model", "Tokenization"], excluding: ["Cases", "make-cases"]),
    tests("ONNXTests", ["ONNX", "Model", "Networks", "Safetensors", "Schema", "Torch"]),
    tests(
        "PreparationTests",
        [
            // Tests start gyrus-tokenizer, but do not link it: SentencePiece and libtorch cannot share a process.
            "Datasets", "HelperProcesses", "Inspection", "Model", "Networks", "Preparation", "ServingSupport", "Tables",
            "Torch", "gyrus",
        ]),
    .target(
        name: "ServingSupport",
        dependencies: [
            "Model", "Networks", "Preparation", "RegistryClient", "Safetensors", "Tables", "TestSupport",
            "Tokenization",
            "Torch",
        ],
        path: "Tests/ServingSupport", swiftSettings: swiftSettings),
    tests(
        "UseTests",
        [
            // Tests start gyrus-baseline, but do not link it.
            "Answers", "DesignerClient", "HelperProcesses", "Media", "Messaging", "Model", "Networks", "ONNX",
            "Preparation", "RegistryClient", "ServerClient", "ServingSupport", "Storage", "Torch", "gyrus",
            "gyrus-data",
            "registry", "server", logging,
        ]),
    tests("TablesTests", ["Tables", "Model", "gyrus", "gyrus-data"]),
    tests("ScoresTests", ["Model", "Scores"]),
    tests("TorchTests", ["Torch", "Model", "Networks", "Safetensors"]),
    tests("DatasetsTests", ["Datasets", "Model", "Networks", "Safetensors", "Torch"]),
    tests(
        "RegistryTests",
        [
            "Brain", "ObjectStore", "RegistryClient", "RegistryServer", "ServiceClient", "ServiceTestSupport",
            "Messaging", "Storage", "Model", "Schema", "Networks", "Tracking", "registry", grdb,
        ]),
    tests(
        "InspectionTests",
        ["Inspection", "gyrus-inspector", "Model", "Networks", "ONNX", "Safetensors", "Schema", "Torch", "CTorch"]),
    optimized(
        "TransferSupport", "Tests/TransferSupport",
        ["Datasets", "KnowledgeAttention", "KnowledgeClient", "Model", "Networks", "Torch"]),
    tests(
        "KnowledgeTests",
        [
            "TransferSupport",
            "KnowledgeAttention", "KnowledgeClient", "KnowledgeServer", "ServiceTestSupport", "Messaging", "Storage",
            "Model", "Schema", "Torch", grdb, logging,
        ]),
    .target(
        name: "WorkerSupport",
        dependencies: [
            "Messaging", "Model", "Networks", "RegistryClient", "RegistryServer", "ServiceTestSupport", "Storage",
            "TestSupport", "Torch", "WorkQueueClient", grdb,
        ], path: "Tests/WorkerSupport", swiftSettings: swiftSettings),
    tests(
        "TrainerTests",
        [
            "TrainerWorker", "TrainerClient", "Datasets", "Model", "Networks", "RegistryClient", "ServiceTestSupport",
            "Torch", "WorkQueueClient", "WorkerSupport",
        ]),
    tests(
        "EvaluatorTests",
        [
            "Answers", "EvaluatorWorker", "EvaluatorClient", "Datasets", "Model", "Networks", "RegistryClient",
            "ServiceTestSupport", "Torch", "WorkQueueClient", "WorkerSupport",
        ]),
    tests("VisionTests", ["Vision", "Tracking", "Model", "CTorch", "gyrus", "gyrus-detector"]),
    tests("TrackingTests", ["Tracking", "TrackingSearch", "Search", "Model", "gyrus"]),
    tests("ReproduceTests", ["gyrus", "Model", "Networks", "Search"]),
    tests("LearningTests", ["Learning", "Model"]),
    .target(
        name: "SearchSupport", dependencies: ["Search", "Model"], path: "Tests/SearchSupport",
        swiftSettings: swiftSettings),
    tests(
        "SearchTests",
        ["HelperProcesses", "Search", "SearchSupport", "Learning", "Model", "Networks", "gyrus-autoencoder"]),
    tests(
        "DesignerTests",
        [
            "Brain", "DesignerClient", "DesignerSearch", "ParameterServer", "ServiceTestSupport", "DesignerServer",
            "KnowledgeClient", "Search", "Storage", "Messaging", "Model", "TrainerClient", "EvaluatorClient",
            "Networks", "Tracking", "TrackingSearch", "gyrus-autoencoder", grdb, lifecycle, logging,
        ]),
    .target(
        name: "ConsoleSupport",
        dependencies: [
            "ConsoleServer", "DesignerClient", "RegistryClient", "ServiceClient", "ServiceTestSupport", "TestSupport",
            "Messaging", "Model", "WebGuard", "console", grdb, nio, nioPosix,
        ], path: "Tests/ConsoleSupport", swiftSettings: swiftSettings),
    tests(
        "ConsoleTests",
        [
            "Answers", "Brain", "ConsoleServer", "ConsoleSupport", "DesignerClient", "Manual", "RegistryClient",
            "Presentation", "ServiceClient", "ServiceTestSupport", "ServingSupport", "Messaging", "Model", "Networks",
            "WebGuard", "WorkQueueClient", "console", "gyrus-data", httpTypes, logging, nio, nioEmbedded, nioHTTPTypes,
        ]),
    tests(
        "CaseTests",
        [
            "Datasets", "Inspection", "Model", "Networks", "Tracking", "gyrus", "gyrus-inspector", "gyrus-keeper",
        ]),
    tests(
        "LauncherTests",
        ["DesignerClient", "HelperProcesses", "Launcher", "gyrus", "gyrus-keeper", "Model", logging, yams]),
    tests(
        "IntegrationTests",
        [
            "Brain", "DesignerClient", "EvaluatorClient", "KnowledgeClient", "RegistryClient", "ServiceClient",
            "ServiceTestSupport", "TrainerClient", "Tracking", "WorkQueueClient", "Messaging", "Model", "Networks",
            "Manual", "ONNX", "Safetensors", "CZeroMQ", lifecycle, logging,
        ]),
    tests(
        "OperationTests",
        [
            "gyrus", "gyrus-keeper", "Messaging", "Model", "ServiceClient", "Storage", "WorkQueueClient", grdb, logging,
        ], excluding: ["Fixtures"]),
    executable("device-check", "Tests/Device/Program", ["Model", "Networks", "Torch", argumentParser]),
    executable(
        "Benchmarks", "Tests/Benchmarks",
        [
            "KnowledgeAttention", "KnowledgeClient", "KnowledgeServer", "ServiceTestSupport", "TransferSupport",
            "Brain", "Messaging", "Schema", "Model", "CZeroMQ", "Storage", "Networks", "Datasets", "WorkQueueClient",
            "WorkQueueServer", "Safetensors", "Search", "SearchSupport", "Torch", "Tracking", "ConsoleSupport",
            "DesignerClient", "DesignerSearch", "DesignerServer", "ParameterServer", "TrainerClient", "EvaluatorClient",
            "RegistryClient", "RegistryServer", "ServiceClient", "ServingSupport", "TestSupport", "Inspection",
            "Preparation", "Tables", "Tokenization", "gyrus-autoencoder", "gyrus-data", "gyrus-inspector", "registry",
            "server", "trainer", "trainer-worker", argumentParser, crypto, grdb, lifecycle,
            logging, nio, nioPosix,
        ], excluding: ["automl", "own", "peers"]),
]

let package = Package(
    name: "gyrus",
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: shared + services + testTargets,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
