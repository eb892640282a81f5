import Foundation
import Glibc
import Model
import TestSupport
import Testing

@testable import Tables

/// Typical folders.
struct FolderTests {
    private func classes(_ names: [String], each: Int = 4, below: String = "") throws -> MadeData {
        let data = try MadeData()
        for name in names {
            for index in 0..<each {
                try data.write([0xFF, 0xD8, 0xFF, UInt8(index)], as: "\(below)\(name)/\(index).jpg")
            }
        }
        return data
    }

    @Test func `system folders are not classes, and an empty folder is reported`() throws {
        let data = try classes(["ca t", "dög"])
        for name in [".DS_Store", "Thumbs.db", "dög/desktop.ini", "dög/._1.jpg", ".hidden/1.jpg", "bird/.keep"] {
            try data.write("x", as: name)
        }
        let table = try data.table()
        #expect(table.target.target.names == ["ca t", "dög"])
        #expect(table.sampleCount == 8)
        #expect(table.notes.contains { $0.contains("'bird' has no samples") })
    }

    @Test(.timeLimit(.minutes(1))) func `a pipe in place of a file is refused, because nobody may ever write to it`()
        throws
    {
        let data = try MadeData()
        let pipe = data.folder.path("rows.csv")
        #expect(mkfifo(pipe, 0o600) == 0)
        let failure = try #require(throws: Failure.self) {
            try SourceOpener(settings: DataSettings(source: pipe)).open()
        }
        #expect(failure.message.contains("is a pipe, not a file"), "\(failure.message)")
        #expect(throws: Failure.self) { try FileStream(pipe) }
    }

    @Test func `splits by folder are kept, and a class may be in only one of them`() throws {
        let data = try classes(["a", "b"], each: 6, below: "train/")
        for index in 0..<3 {
            try data.write([1, UInt8(index)], as: "valid/a/\(index).png")
            try data.write([2, UInt8(index)], as: "test/b/\(index).png")
            try data.write([3, UInt8(index)], as: "test/c/\(index).png")
        }
        let table = try data.table()
        #expect(table.counts == DatasetRecipe.Counts(training: 12, validation: 3, test: 6))
        #expect(table.target.target.names == ["a", "b", "c"])
        #expect(table.notes.contains { $0.contains("No training sample has these classes") && $0.contains("c") })
    }

    @Test func `a folder with one class is refused with its content`() throws {
        let message = try classes(["cats"]).failure()
        #expect(message.contains("only one class ('cats')"), "\(message)")
        let emptied = try classes(["cats"]).write("", as: "dogs/.keep").failure()
        #expect(emptied.contains("these folders are empty: dogs"), "\(emptied)")
    }

    @Test func `an empty folder is refused with what is needed`() throws {
        #expect(try MadeData().failure().contains("is empty"))
    }

    @Test func `metadata may name files with either slash, and with paths of another machine`() throws {
        let data = try MadeData()
        var text = "file_name,label\n"
        let names = ["a/0.jpg", "a\\1.jpg", "/home/anna/data/a/2.jpg", "C:\\Users\\anna\\a\\3.jpg", "./a/4.jpg"]
        for (index, name) in names.enumerated() {
            try data.write([0xFF, 0xD8, UInt8(index)], as: "a/\(index).jpg")
            text += "\(name),\(index % 2 == 0 ? "x" : "y")\n"
        }
        for index in 5..<12 {
            try data.write([0xFF, 0xD8, UInt8(index)], as: "a/名前 \(index).jpg")
            text += "a/名前 \(index).jpg,\(index % 2 == 0 ? "x" : "y")\n"
        }
        text += "a/lost.jpg,x\n"
        try data.write(text, as: "metadata.csv")
        let table = try data.table()
        #expect(table.kinds == ["picture": .image])
        let report = try table.report()
        #expect(report.unreadable == 1)
        #expect(report.unreadableFiles.first?.file == "a/lost.jpg")
        #expect(report.unreadableFiles.first?.place == "metadata.csv, row 13")
    }

    @Test func `a link out of the folder is refused, and one inside is followed`() throws {
        let outside = try MadeData().write([1], as: "secret.jpg")
        let data = try classes(["a", "b"])
        let manager = FileManager.default
        try manager.createSymbolicLink(
            at: data.folder.file("a/out.jpg"), withDestinationURL: outside.folder.file("secret.jpg"))
        try manager.createSymbolicLink(
            at: data.folder.file("a/in.jpg"), withDestinationURL: data.folder.file("b/0.jpg"))
        let report = try data.table().report()
        #expect(report.unreadable == 1)
        #expect(report.unreadableFiles.first?.reason.contains("leads out of") == true)
    }

    @Test func `a table cannot name files outside its folder`() throws {
        let outside = try MadeData().write([1], as: "secret.jpg")
        let data = try MadeData()
        for index in 0..<40 { try data.write([0xFF, 0xD8, UInt8(index)], as: "\(index).jpg") }
        try FileManager.default.createSymbolicLink(
            at: data.folder.file("link"), withDestinationURL: outside.folder.url)
        let above = "../\(outside.folder.url.lastPathComponent)/secret.jpg"
        let wrong = [above, "link/secret.jpg", outside.folder.path("secret.jpg")]
        let rows = ((0..<40).map { "\($0).jpg" } + wrong).enumerated().map { "\($1),\($0 % 2 == 0 ? "x" : "y")\n" }
        try data.write("file_name,label\n" + rows.joined(), as: "metadata.csv")
        let report = try data.table().report()
        #expect(report.unreadable == 3)
        #expect(report.unreadableFiles.map(\.file) == wrong)
        #expect(report.unreadableFiles[0].reason.contains("leads out of"))
        #expect(report.unreadableFiles[0].place == "metadata.csv, row 41")
    }

    @Test func `names of files can be in any script, and in either Unicode form`() throws {
        let names = ["صورة", "照片", "🐈‍⬛", "n\u{303}andu\u{301}", "का", "a b'c"]
        let data = try MadeData()
        var text = "file_name,label\n"
        for (index, name) in names.enumerated() {
            try data.write([0xFF, 0xD8, UInt8(index)], as: "图\u{308}/\(name).jpg")
            text += "图\u{308}/\(name.precomposedStringWithCanonicalMapping).jpg,\(index % 2 == 0 ? "x" : "y")\n"
        }
        try data.write(text, as: "metadata.csv")
        #expect(try data.table().report().unreadable == 0)
    }

    @Test func `empty files are named`() throws {
        let data = try classes(["a", "b"]).write([], as: "a/empty.jpg")
        let report = try data.table().report()
        #expect(report.unreadable == 1)
        #expect(report.unreadableFiles.first?.reason.contains("0 bytes") == true)
    }

    @Test func `files named after splits are splits`() throws {
        let data = try MadeData()
        try data.write(madeRows(30), as: "train.csv").write(madeRows(12), as: "test.csv")
        let table = try data.table()
        #expect(table.counts.test == 12)
        #expect(table.counts.training + table.counts.validation == 30)
    }

    @Test func `a test file without answers is skipped and reported`() throws {
        let data = try MadeData()
        try data.write(madeRows(30), as: "train.csv").write("size,color\n1,red\n2,blue\n", as: "test.csv")
        let table = try data.table()
        #expect(table.rowsWithoutTarget == 2)
        #expect(table.counts.test > 0)
        #expect(table.notes.contains { $0.contains("test.csv' has no column 'label'") })
    }

    @Test func `gzip with several members is read to its end`() throws {
        try #require(Python.isHere, "needs python3")
        let folder = try TemporaryDirectory()
        try Python.run(
            """
            import gzip
            rows = [f'{index},{"ab"[index % 2]}' for index in range(50)]
            with open('t.csv.gz', 'wb') as file:
                file.write(gzip.compress(('x,label\\n' + '\\n'.join(rows[:20]) + '\\n').encode()))
                file.write(gzip.compress(('\\n'.join(rows[20:]) + '\\n').encode()))
            """, in: folder.url)
        let table = try SampleTable(settings: DataSettings(source: folder.path("t.csv.gz")))
        #expect(table.rowCount == 50)
        #expect(table.form == "table (CSV, gzip)")
    }

    @Test func `NumPy arrays are pictures with labels and splits`() throws {
        let python: PythonEnvironment
        do { python = try PythonEnvironment() } catch { try Test.cancel("needs a Python with numpy: \(error)") }
        let folder = try TemporaryDirectory()
        _ = try python.run(
            """
            import numpy as np
            for name, save in [('plain', np.savez), ('packed', np.savez_compressed)]:
                save('\(folder.url.path)/' + name + '.npz', train_images=np.arange(40 * 6 * 5 * 3, dtype='u1').reshape(40, 6, 5, 3),
                     train_labels=np.arange(40).reshape(40, 1) % 4, test_images=np.zeros((8, 6, 5, 3), 'u1'),
                     test_labels=np.arange(8).reshape(8, 1) % 4)
            np.savez('\(folder.url.path)/series.npz', x=np.random.rand(30, 20, 2).astype('f4'), y=np.array(['a', 'b', 'c'] * 10))
            """)
        for name in ["plain", "packed"] {
            let table = try SampleTable(settings: DataSettings(source: folder.path("\(name).npz")))
            #expect(table.kinds == ["picture": .image])
            #expect(table.target.target.names == ["0", "1", "2", "3"])
            #expect(table.counts.test == 8)
            var pictures: [NumericArray] = []
            try table.forEachRow { pictures += $0.cell(table.modalities[0].columns[0]).numbers.map { [$0] } ?? [] }
            #expect(pictures.count == 48 && pictures[0].shape == [6, 5, 3] && pictures[0].areBytes)
            #expect(pictures[1].values[0] == 90)
        }
        let series = try SampleTable(settings: DataSettings(source: folder.path("series.npz")))
        #expect(series.kinds == ["series": .series])
        #expect(series.target.target.names == ["a", "b", "c"])
    }

    @Test func `IDX files are pictures with labels and splits`() throws {
        func idx(_ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
            [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] } + bytes
        }
        let data = try MadeData()
        for (part, count) in [("train", 30), ("t10k", 10)] {
            try data.write(idx([count, 4, 4], Array(repeating: 7, count: count * 16)), as: "\(part)-images-idx3-ubyte")
            try data.write(idx([count], (0..<count).map { UInt8($0 % 3) }), as: "\(part)-labels-idx1-ubyte")
        }
        let table = try data.table()
        #expect(table.kinds == ["picture": .image])
        #expect(table.target.target.names == ["0", "1", "2"])
        #expect(table.counts.test == 10)
    }

    @Test func `files in tar shards with one basename are a sample`() throws {
        try #require(Python.isHere, "needs python3")
        let folder = try TemporaryDirectory()
        try Python.run(
            """
            import io, json, tarfile
            for shard, name in enumerate(['train-0000.tar', 'train-0001.tar', 'test-0000.tar.gz']):
                with tarfile.open(name, 'w:gz' if name.endswith('gz') else 'w') as tar:
                    for index in range(10):
                        key = f'{"long folder name " * 8}{shard}/{index:04}'
                        for ending, content in [('jpg', b'\\xff\\xd8\\xff' + bytes([shard, index]) * 300), ('cls', str(index % 3).encode()),
                                                ('json', json.dumps({'age': index, 'who': {'name': 'x'}}).encode())]:
                            info = tarfile.TarInfo(f'{key}.{ending}')
                            info.size = len(content)
                            tar.addfile(info, io.BytesIO(content))
            """, in: folder.url)
        let table = try SampleTable(settings: DataSettings(source: folder.url.path))
        #expect(table.kinds["picture"] == .image)
        #expect(table.target.target.names == ["0", "1", "2"])
        #expect(table.counts.test == 10 && table.sampleCount == 30)
        var sizes: Set<Int> = []
        let picture = try #require(table.modalities.first { $0.name == "picture" }).columns[0]
        try table.forEachRow { if case .bytes(let bytes) = $0.cell(picture) { sizes.insert(bytes.count) } }
        #expect(sizes == [603])
    }

    @Test(arguments: ["t.npz", "t.npy", "t.tar", "t-images-idx3-ubyte"])
    func `damaged arrays and shards cause a failure, not a crash`(name: String) throws {
        try #require(Python.isHere, "needs python3")
        let folder = try TemporaryDirectory()
        try Python.run(
            """
            import io, struct, tarfile, zipfile
            def array(kind, shape, content):
                text = repr({'descr': kind, 'fortran_order': False, 'shape': shape}).ljust(117) + '\\n'
                return b'\\x93NUMPY\\x01\\x00' + struct.pack('<H', len(text)) + text.encode() + content
            one = array('|u1', (20, 3, 4), bytes(240))
            open('t.npy', 'wb').write(one)
            with zipfile.ZipFile('t.npz', 'w', zipfile.ZIP_DEFLATED) as file:
                file.writestr('x.npy', one)
                file.writestr('y.npy', array('<i8', (20,), struct.pack('<20q', *range(20))))
            with tarfile.open('t.tar', 'w') as tar:
                for index in range(9):
                    for ending, content in [('jpg', b'\\xff\\xd8\\xff'), ('cls', b'1'), ('json', b'{"a": [1, 2]}'), ('npy', one)]:
                        info = tarfile.TarInfo(f'{index}.{ending}')
                        info.size = len(content)
                        tar.addfile(info, io.BytesIO(content))
            open('t-images-idx3-ubyte', 'wb').write(bytes([0, 0, 8, 3]) + struct.pack('>3I', 20, 3, 4) + bytes(240))
            """, in: folder.url)
        let bytes = [UInt8](try Data(contentsOf: folder.file(name)))
        func rows(_ path: String) throws -> Int {
            var count = 0
            let source = try SourceOpener(settings: DataSettings(source: path)).open()
            try source.rows.forEachRow { _ in count += 1 }
            return count
        }
        #expect(try rows(folder.path(name)) > 8)
        var generator = SplitMix64(seed: 3)
        for number in 0..<300 {
            var damaged = number % 7 == 0 ? Array(bytes.prefix(1 + generator.index(below: bytes.count))) : bytes
            for _ in 0..<(1 + number % 4) {
                let place =
                    number % 2 == 0
                    ? generator.index(below: damaged.count) : generator.index(below: min(180, damaged.count))
                damaged[place] = UInt8(generator.index(below: 256))
            }
            _ = try? rows(try folder.write(damaged, as: name))
        }
    }
}
