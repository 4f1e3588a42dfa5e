using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CsCheck;

namespace GpuAls.Tests.Reading;

/// <summary>Several processes read an input: each batch is read by one of them, in the order of the input.</summary>
public sealed class InputShareTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void FilePart_AnyFiles_HasEachPositionInOneProcess() =>
        Gen.Select(Gen.OneOf(Gen.Const(0L), Gen.Long[0, 9], Gen.Long[0, 1L << 50]).Array[1, 8], Gen.Int[1, 9])
            .Sample((lengths, size) =>
        {
            var files = Array.ConvertAll(
                lengths, length => new InputFile(new Recorded("f", length), InputFormat.Parquet));
            var parts =
                Enumerable.Range(0, size).Select(rank => FilePart.Of(files, new InputShare(rank, size))).ToArray();

            var previous = 0;
            for (var file = 0; file < files.Length; file++)
            {
                foreach (var position in new[] { 0, 1, lengths[file] / 3, lengths[file] - 1, lengths[file] }.Order())
                {
                    if (position < 0) continue;
                    var owners = Enumerable.Range(0, size).Where(rank => parts[rank][file].Has(position, 0)).ToArray();
                    Assert.That(owners, Has.Length.EqualTo(1));
                    Assert.That(parts[owners[0]][file].IsAny);
                    Assert.That(owners[0], Is.GreaterThanOrEqualTo(previous), "processes read in the order of files");
                    previous = owners[0];
                    for (var rank = 0; rank < size; rank++)
                        Assert.That(parts[rank][file].IsBehind(position, 0), Is.EqualTo(rank < owners[0]));
                }
            }
        });

    /// <summary>Files of about one size, of which some are a little smaller, are one for each process.</summary>
    [Test]
    public async Task Read_AsManyFilesAsProcesses_AreOneForEach()
    {
        var text = Bytes(Csv(1_000));
        var files = new int[] { 9, 20, 0, 17, 4 }.Select(more => new InputFile(
            new Recorded("a.csv", [.. text, .. Bytes(string.Concat(Enumerable.Repeat("u,i,1\n", more)))]),
            InputFormat.Delimited)).ToArray();
        var source = new FileInteractionSource(files, new InteractionSchema { WeightColumn = "weight" });

        for (var rank = 0; rank < files.Length; rank++)
            Assert.That(await BatchesAsync(source, new InputShare(rank, files.Length)), Has.Length.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(5)]
    [TestCase(30)]
    public async Task Read_FilesOfAllFormats_AreReadOnceAndInTheirOrder(int size)
    {
        var source = new FileInteractionSource(await FilesAsync(), new InteractionSchema { WeightColumn = "weight" });
        var whole = await BatchesAsync(source, InputShare.Whole);
        var shares = new List<string[][]>();
        for (var rank = 0; rank < size; rank++) shares.Add(await BatchesAsync(source, new InputShare(rank, size)));

        Assert.That(whole, Has.Length.GreaterThan(16));
        Assert.That(shares.SelectMany(batches => batches), Is.EqualTo(whole));
        if (size <= 5) Assert.That(shares.Select(batches => batches.Length), Is.All.Positive);
    }

    [TestCase(2)]
    [TestCase(4)]
    public async Task Read_FractionOfAShare_IsThatOfTheShare(int size)
    {
        var source = new FileInteractionSource(await FilesAsync(), new InteractionSchema { WeightColumn = "weight" });
        for (var rank = 0; rank < size; rank++)
        {
            var fractions = new List<double>();
            await foreach (var work in source.ReadAsync(new InputShare(rank, size), CancellationToken.None))
            {
                using var batch = await work(CancellationToken.None);
                fractions.Add(batch.Fraction);
            }

            Assert.That(fractions, Is.Ordered.And.All.InRange(0, 1));
            Assert.That(fractions[^1], Is.GreaterThan(0.75));
        }
    }

    [Test]
    public async Task Read_AFileOfAnotherProcess_IsNotOpened()
    {
        var (parquet, text) = (await ParquetAsync(groups: 8), Bytes(Csv(200_000)));
        Recorded[] sources =
        [
            new("a.parquet", parquet), new("b.csv", text), new("c.csv", text), new("d.parquet", parquet),
            new("e.csv.gz", CompressedText.Of("e.csv.gz", text)), new("f.parquet", parquet),
        ];
        InputFormat Format(Recorded source) =>
            source.Name.EndsWith(".parquet", StringComparison.Ordinal) ? InputFormat.Parquet : InputFormat.Delimited;
        var files = Array.ConvertAll(sources, source => new InputFile(
            source, Format(source), source.Name.EndsWith(".gz", StringComparison.Ordinal)
                ? InputCompression.Gzip
                : InputCompression.None));
        var (starts, total) = (new long[files.Length + 1], files.Sum(file => file.Bytes));
        for (var file = 0; file < files.Length; file++) starts[file + 1] = starts[file] + files[file].Bytes;

        const int Size = 5;
        for (var rank = 0; rank < Size; rank++)
        {
            foreach (var source in sources) source.Reads.Clear();
            await BatchesAsync(
                new FileInteractionSource(files, new InteractionSchema { WeightColumn = "weight" }),
                new InputShare(rank, Size));

            var (start, end) = (total * rank / Size, total * (rank + 1) / Size);
            for (var file = 0; file < files.Length; file++)
            {
                var overlaps = starts[file] < end && starts[file + 1] > start;
                if (!overlaps) Assert.That(sources[file].Reads, Is.Empty, $"{sources[file].Name} on {rank}");
                if (files[file].Format != InputFormat.Parquet || !overlaps) continue;
                var own = Math.Min(end, starts[file + 1]) - Math.Max(start, starts[file]);
                Assert.That(
                    sources[file].Reads.Sum(read => read.Bytes),
                    Is.LessThanOrEqualTo(own + (files[file].Bytes / 8) + (1 << 16) + 4),
                    "the row groups of others are not read");
            }
        }
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(200_001)]
    public async Task Read_PlaysInMemory_AreReadOnceAndInTheirOrder(int size)
    {
        var plays = Enumerable.Range(0, 200_000).Select(row => ($"u{row % 37}", row, 1f)).ToArray();
        foreach (var all in new[] { plays, plays.Where(_ => true) })
        {
            var source = new MemoryInteractionSource<string, int>(all, hasWeights: true, Feedback.Implicit);
            var rows = new List<string>();
            foreach (var rank in Enumerable.Range(0, size).Where(rank => size < 9 || rank % 20_000 < 2))
                rows.AddRange((await BatchesAsync(source, new InputShare(rank, size))).SelectMany(batch => batch));
            if (size < 9) Assert.That(rows, Has.Count.EqualTo(200_000).And.Unique);
            else if (all == plays) Assert.That(rows, Has.Count.InRange(18, 22).And.Unique);
        }
    }

    [Test]
    public async Task Read_SourceThatCannotBeDivided_IsReadByTheFirstProcess()
    {
        IInteractionSource source = new OneConnection();

        Assert.That(await BatchesAsync(source, new InputShare(0, 3)), Has.Length.EqualTo(1));
        Assert.That(await BatchesAsync(source, new InputShare(1, 3)), Is.Empty);
        Assert.That(await BatchesAsync(source, new InputShare(2, 3)), Is.Empty);
    }

    private static string Csv(int rows) => "user,item,weight\n" + string.Concat(Enumerable.Range(0, rows).Select(
        row => row % 5 == 3 ? $"\"u\n{row % 97}\",\"i\"\"{row}\r\n,\",1\n" : $"u{row % 97},i{row},1.5\n"));

    private static string Json(int rows) => string.Concat(Enumerable.Range(0, rows).Select(
        row => $$"""{"user":"u{{row % 97}}","item":"j{{row}}","weight":2}""" + "\n"));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<string[][]> BatchesAsync(IInteractionSource source, InputShare share)
    {
        var batches = new List<string[]>();
        await foreach (var work in source.ReadAsync(share, CancellationToken.None))
        {
            using var batch = await work(CancellationToken.None);
            batches.Add([.. Enumerable.Range(0, batch.Users.Indices.Length).Select(row =>
                $"{Text(batch.Users, row)} {Text(batch.Items, row)} {batch.Weights?.Span[row]}")]);
        }

        return [.. batches];
    }

    private static string Text(IdColumn ids, int row)
    {
        var bytes = ids.Values[ids.Indices.Span[row]];
        return ids.Type == IdType.Text
            ? Encoding.UTF8.GetString(bytes)
            : IdValues.ReadInteger(bytes).ToString(CultureInfo.InvariantCulture);
    }

    private async Task<byte[]> ParquetAsync(int groups)
    {
        const int Rows = 40_000;
        var path = _folder.At("groups.parquet");
        await ParquetPlays.WriteAsync(
            path,
            groups,
            ("user", Enumerable.Range(0, Rows).Select(row => $"u{row % 97}").ToArray()),
            ("item", Enumerable.Range(0, Rows).Select(row => $"p{row * 7919L}").ToArray()),
            ("weight", Enumerable.Range(0, Rows).Select(row => row * 0.37).ToArray()));
        return await File.ReadAllBytesAsync(path);
    }

    private async Task<IReadOnlyList<InputFile>> FilesAsync()
    {
        var plain = Csv(120_000);
        var utf16 = new UnicodeEncoding(bigEndian: false, byteOrderMark: true);
        (string Name, byte[] Bytes)[] files =
        [
            ("a.csv", []), ("b.parquet", await ParquetAsync(groups: 7)), ("c.csv", Bytes(Csv(300_000))),
            ("d.csv", []), ("e.jsonl", Bytes(Json(60_000))), ("f.csv.gz", CompressedText.Of("f.csv.gz", Bytes(plain))),
            ("g.csv", [.. utf16.GetPreamble(), .. utf16.GetBytes(plain)]),
            ("h.csv", Bytes("user,item,weight\nu1,i1,1")), ("i.csv", []),
        ];
        foreach (var (name, bytes) in files) await File.WriteAllBytesAsync(_folder.At(name), bytes);
        return await InputLocation.ResolveAsync(
            Array.ConvertAll(files, file => _folder.At(file.Name)), CancellationToken.None);
    }

    /// <summary>Bytes that say which of them were read.</summary>
    private sealed class Recorded(string name, long length, byte[] bytes) : IByteSource
    {
        public Recorded(string name, long length)
            : this(name, length, [])
        {
        }

        public Recorded(string name, byte[] bytes)
            : this(name, bytes.Length, bytes)
        {
        }

        public ConcurrentBag<(long Offset, int Bytes)> Reads { get; } = [];

        public string Name => name;

        public long Length => length;

        public ValueTask<Stream> OpenAsync(CancellationToken cancellation)
        {
            Reads.Add((0, 0));
            return new ValueTask<Stream>(new MemoryStream(bytes));
        }

        public ValueTask ReadExactlyAsync(long offset, Memory<byte> target, CancellationToken cancellation)
        {
            Reads.Add((offset, target.Length));
            bytes.AsMemory((int)offset, target.Length).CopyTo(target);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class OneConnection : IInteractionSource
    {
        private readonly MemoryInteractionSource<string, int> _rows = new([("u", 1, 1f)], false, Feedback.Implicit);

        public string Name => "a query";

        public int FileCount => 0;

        public InteractionSchema Schema => _rows.Schema;

        public IAsyncEnumerable<BatchWork> ReadAsync(CancellationToken cancellation) => _rows.ReadAsync(cancellation);
    }
}
