/// The manual, embedded in the executables: the console serves it, and `gyrus help` prints parts of it.
public enum Manual {
    /// A page of the manual.
    public struct Page: Sendable {
        /// File name without extension, also the path under `/docs`.
        public let name: String
        /// The title, from the first heading.
        public let title: String
        /// The content as Markdown.
        public let document: Markdown

        init(_ name: String, _ bytes: [UInt8]) {
            self.name = name
            document = Markdown(String(decoding: bytes, as: UTF8.self))
            title = document.title ?? name
        }
    }

    /// All pages, in reading order.
    public static let pages: [Page] = [
        Page("first-scenario", PackageResources.first_scenario_md),
        Page("own-data", PackageResources.own_data_md),
        Page("own-networks", PackageResources.own_networks_md),
        Page("using-the-result", PackageResources.using_the_result_md),
        Page("serving", PackageResources.serving_md),
        Page("searching", PackageResources.searching_md),
        Page("fusion", PackageResources.fusion_md),
        Page("tracking", PackageResources.tracking_md),
        Page("models", PackageResources.models_md),
        Page("pretrained", PackageResources.pretrained_md),
        Page("brain", PackageResources.brain_md),
        Page("scaling-out", PackageResources.scaling_out_md),
        Page("devices", PackageResources.devices_md),
        Page("clusters", PackageResources.clusters_md),
        Page("operating", PackageResources.operating_md),
        Page("metrics", PackageResources.metrics_md),
        Page("scenario-reference", PackageResources.scenario_reference_md),
        Page("command-reference", PackageResources.command_reference_md),
        Page("architecture", PackageResources.architecture_md),
        glossary,
        Page("measurements", PackageResources.measurements_md),
    ]

    /// The page that `gyrus help concepts` prints.
    public static let glossary = Page("glossary", PackageResources.glossary_md)

    /// The page with a name.
    public static func page(_ name: String) -> Page? { pages.first { $0.name == name } }
}
