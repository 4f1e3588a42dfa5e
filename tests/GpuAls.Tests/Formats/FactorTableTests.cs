using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using GpuAls.Formats;
using GpuAls.Tests.Cli;
using GpuAls.Tests.Reference;
using Parquet;
using Parquet.Schema;

namespace GpuAls.Tests.Formats;

/// <summary>Tables of factors in Parquet and Arrow, as gpuals and as others write them.</summary>
public sealed class FactorTableTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>The second file is compressed with LZ4.</summary>
    [TestCase("items.arrow")]
    [TestCase("items.feather")]
    public async Task Arrow_FileOfPyarrow_HasTheFactorsOfImplicit(string file)
    {
        var source = new ForeignSource(ExchangeCommandTests.Case("others", file))
        {
            Items = ExchangeCommandTests.Case("others", file),
        };

        var read = await new ArrowTableFormat().ReadAsync(source, default);

        var npy = File.ReadAllBytes(ExchangeCommandTests.Case("others", "item_factors.npy"));
        Assert.That(read.Items.Factors.ToArray(), Is.EqualTo(NpyArray.Parse("npy", npy).Factors().ToArray()));
        Assert.That(read.Rank, Is.EqualTo(8));
        Assert.That(read.Items.Ids!.Format(37), Is.EqualTo("item-37"));
    }

    [TestCase("parquet")]
    [TestCase("arrow")]
    public async Task Export_ThenImport_GivesTheSameListsAndIds(string format)
    {
        await Tool.SucceedAsync(
            "import", ExchangeCommandTests.Case("others", "implicit-0.7.3-als.npz"), "--format", "implicit", "--output",
            _folder.At("model"), ExchangeCommandTests.IdFile(_folder, "users"),
            ExchangeCommandTests.IdFile(_folder, "items"));

        await Tool.SucceedAsync("export", _folder.At("model"), "--format", format, "--output", _folder.At("tables"));
        await Tool.SucceedAsync("import", _folder.At("tables"), "--format", format, "--output", _folder.At("back"));
        var files = Directory.GetFiles(_folder.At("tables"), "*_factors.*").Order(StringComparer.Ordinal).ToArray();
        await Tool.SucceedAsync(
            "import", files[1], "--item-factors", files[0], "--format", format, "--output", _folder.At("two"));

        var lists = await Tool.SucceedAsync("recommend", _folder.At("model"));
        var again = await Tool.SucceedAsync(
            "export", _folder.At("model"), "--format", format, "--output", _folder.At("tables"), "--overwrite");
        File.WriteAllText(_folder.At("tables", "notes.txt"), "mine");
        var refused = await Tool.RunAsync(
            "export", _folder.At("model"), "--format", format, "--output", _folder.At("tables"), "--overwrite");
        Assert.That(again.Error, Does.Contain("60 users and 38 items"));
        Assert.That(refused.Error, Does.Contain("is not an export of factors (it has 'notes.txt')"));
        foreach (var name in (string[])["back", "two"])
            Assert.That((await Tool.SucceedAsync("recommend", _folder.At(name))).Out, Is.EqualTo(lists.Out));
    }

    [TestCase("parquet")]
    [TestCase("arrow")]
    public async Task ReadAsync_IdsOfEachType_AreReadBack(string name)
    {
        var format = ModelFormat.Of(name);
        IdIndex[] all =
        [
            new IdIndex<string>(["a", "", "ü"]), new IdIndex<int>([3, -1, 2]), new IdIndex<long>([1L << 40, 0, 5]),
            new IdIndex<ulong>([ulong.MaxValue, 0, 1]),
            new IdIndex<Guid>([Guid.Empty, new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), Guid.AllBitsSet]),
        ];
        foreach (var (at, ids) in all.Index())
        {
            var model = FactorArrays.Model(
                ids, new IdIndex<int>([7]), new CsrMatrix(1, new long[4], [], []), AlsOptions.Default with { Rank = 2 },
                [1, 2, 3, 4, 5, 6], [7, 8]);

            var read = await format.ReadAsync(new ForeignSource(await WriteAsync(format, model, $"{at}")), default);

            Assert.That(Texts(read.Users.Ids!), Is.EqualTo(Texts(ids)));
            Assert.That(
                read.Users.Ids!.Type,
                Is.EqualTo(name == "arrow" && ids.Type == IdType.Uuid ? IdType.Text : ids.Type));
            Assert.That(read.Users.Factors.ToArray(), Is.EqualTo(model.UserFactors.ToArray()));
        }
    }

    [Test]
    public async Task Parquet_AColumnForEachFactor_IsRead()
    {
        DataField[] fields =
        [
            new DataField<double>("f10"), new DataField<int>("user"), .. Enumerable.Range(0, 10)
                .Select(at => new DataField<double>($"f{at}")),
        ];
        await WriteParquetAsync("wide", fields, (field, at) => field.Name == "user"
            ? (object)new[] { 5, 9 }
            : (double[])[int.Parse(field.Name[1..]), 100 + int.Parse(field.Name[1..])]);

        var read = await ReadAsync("parquet", "wide", "user");

        Assert.That(read.Users.Factors.ToArray(), Is.EqualTo(
            Enumerable.Range(0, 11).Concat(Enumerable.Range(100, 11)).Select(value => (float)value)));
        Assert.That(Texts(read.Users.Ids!), Is.EqualTo(["5", "9"]));
    }

    [Test]
    public async Task Arrow_StreamOfListsOfDoubles_IsRead()
    {
        var lists = new ListArray.Builder(DoubleType.Default);
        var values = (DoubleArray.Builder)lists.ValueBuilder;
        for (var row = 0; row < 3; row++)
        {
            lists.Append();
            values.Append(row).Append(row + 0.5);
        }

        var ids = new DictionaryArray(
            new DictionaryType(Int8Type.Default, StringType.Default, false),
            new Int8Array.Builder().AppendRange([2, 0, 1]).Build(),
            new StringArray.Builder().AppendRange(["b", "c", "a"]).Build());
        WriteArrow("stream.arrow", ("name", ids), ("vector", lists.Build()));

        var read = await ReadAsync("arrow", "stream.arrow", "name");

        Assert.That(read.Users.Factors.ToArray(), Is.EqualTo(new[] { 0, 0.5f, 1, 1.5f, 2, 2.5f }));
        Assert.That(Texts(read.Users.Ids!), Is.EqualTo(["a", "b", "c"]));
    }

    [Test]
    public void Arrow_BadTables_AreRefused()
    {
        var (two, three) = (Floats(1, 2), Floats(1, 2, 3));
        WriteArrow("ids", ("id", new StringArray.Builder().AppendRange(["a", "a"]).Build()), ("f0", two), ("f1", two));
        WriteArrow("null", ("id", new Int32Array.Builder().Append(1).AppendNull().Build()), ("f0", two));
        WriteArrow("times", ("id", new Date32Array.Builder().Append(DateTime.UnixEpoch).Build()), ("f0", Floats(1)));
        WriteArrow("none", ("key", new Int32Array.Builder().Append(1).Build()), ("f0", Floats(1)));
        WriteArrow("gap", ("id", new Int32Array.Builder().Append(1).Build()), ("f0", Floats(1)), ("f2", Floats(1)));
        WriteArrow(
            "both", ("id", new Int32Array.Builder().Append(1).Build()), ("f0", Floats(1)), ("g0", Floats(1)));
        WriteArrow("floats", ("id", new Int32Array.Builder().AppendRange([1, 2, 3]).Build()), ("f0", three));

        Assert.That(RefusalOf("arrow", "ids"), Does.Contain("column 'id' has 'a' twice"));
        Assert.That(RefusalOf("arrow", "null"), Does.Contain("has an id that is null"));
        Assert.That(RefusalOf("arrow", "times"), Does.Contain("has type date32; ids are strings, integers or UUIDs"));
        Assert.That(RefusalOf("arrow", "none"), Does.Contain("has no column 'id'; it has 'key', 'f0'").And
            .Contain("--id-column"));
        Assert.That(RefusalOf("arrow", "gap"), Does.Contain("expected factors in one column of lists of floats"));
        Assert.That(RefusalOf("arrow", "both"), Does.Contain("has the columns 'id', 'f0', 'g0'"));
        Assert.That(RefusalOf("arrow", "missing"), Does.Contain("there is no file"));
        File.WriteAllText(_folder.At("text"), "id,f0\n1,2\n");
        Assert.That(RefusalOf("arrow", "text"), Does.Contain("cannot be read"));
        Assert.That(
            async () => await ReadAsync("arrow", "floats", "id"), Throws.Nothing, "one factor is a model too");
    }

    [Test]
    public async Task Parquet_BadTables_AreRefused()
    {
        await WriteListsAsync("ragged", [0, 1, 0, 0, 1], [1, 2, 3, 4, 5]);
        await WriteParquetAsync("twice", [new DataField<int>("id"), new DataField<float>("f0")], (field, _) =>
            field.Name == "id" ? (object)new[] { 5, 5 } : (float[])[1, 2]);
        await WriteParquetAsync("words", [new DataField<double>("id"), new DataField<float>("f0")], (field, _) =>
            field.Name == "id" ? (object)new[] { 5.0 } : (float[])[1]);

        Assert.That(RefusalOf("parquet", "ragged"), Does.Contain("has rows of different lengths"));
        Assert.That(RefusalOf("parquet", "twice"), Does.Contain("column 'id' has '5' twice"));
        Assert.That(RefusalOf("parquet", "words"), Does.Contain("ids are strings, integers or UUIDs"));
    }

    [Test]
    public async Task Import_FactorThatIsNotFinite_IsRefused()
    {
        await WriteParquetAsync("nan", [new DataField<int>("id"), new DataField<float>("f0")], (field, _) =>
            field.Name == "id" ? (object)new[] { 5, 6 } : (float[])[1, float.NaN]);

        var run = await Tool.RunAsync(
            "import", _folder.At("nan"), "--item-factors", _folder.At("nan"), "--format", "parquet", "--output",
            _folder.At("model"));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("has a factor that is not finite"));
        Assert.That(Directory.Exists(_folder.At("model")), Is.False);
    }

    [Test]
    public async Task Import_OneFileOfTwo_SaysWhatIsMissing()
    {
        WriteArrow("one.arrow", ("id", new Int32Array.Builder().Append(1).Build()), ("f0", Floats(1)));

        var run = await Tool.RunAsync(
            "import", _folder.At("one.arrow"), "--format", "arrow", "--output", _folder.At("model"));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("Name that of the items with --item-factors"));
    }

    private async Task<string> WriteAsync(ModelFormat format, FactorModel model, string name)
    {
        var output = await OutputLocation.Of(_folder.At(name)).OpenFolderAsync(false, format.WhyForeignAsync, default);
        await format.WriteAsync(model, output, default);
        await output.CommitAsync(default);
        return _folder.At(name);
    }

    private Task<ForeignModel> ReadAsync(string format, string file, string idColumn) => ModelFormat.Of(format)
        .ReadAsync(
            new ForeignSource(_folder.At(file)) { Items = _folder.At(file), IdColumn = idColumn }, default);

    private string RefusalOf(string format, string file)
    {
        var refusal = Assert.Throws<GpuAlsException>(
            () => ReadAsync(format, file, "id").GetAwaiter().GetResult())!;
        Assert.That(refusal.Kind, Is.EqualTo(FailureKind.BadInput));
        return refusal.Message;
    }

    private static FloatArray Floats(params float[] values) => new FloatArray.Builder().AppendRange(values).Build();

    private void WriteArrow(string file, params (string Name, IArrowArray Values)[] columns)
    {
        var schema = new Schema(
            [.. columns.Select(column => new Apache.Arrow.Field(column.Name, column.Values.Data.DataType, true))], []);
        using var stream = File.Create(_folder.At(file));
        using var writer = new ArrowStreamWriter(stream, schema);
        writer.WriteRecordBatch(
            new RecordBatch(schema, columns.Select(column => column.Values), columns[0].Values.Length));
        writer.WriteEnd();
    }

    private async Task WriteParquetAsync(string file, DataField[] fields, Func<DataField, int, object> values)
    {
        await using var stream = File.Create(_folder.At(file));
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
        using var group = writer.CreateRowGroup();
        for (var at = 0; at < fields.Length; at++)
            await (values(fields[at], at) switch
            {
                int[] integers => group.WriteAsync<int>(fields[at], integers),
                float[] floats => group.WriteAsync<float>(fields[at], floats),
                var doubles => group.WriteAsync<double>(fields[at], (double[])doubles),
            });
    }

    private async Task WriteListsAsync(string file, int[] repetition, float[] values)
    {
        var (id, element) = (new DataField<int>("id"), new DataField<float>("element"));
        await using var stream = File.Create(_folder.At(file));
        await using var writer = await ParquetWriter.CreateAsync(
            new ParquetSchema(id, new ListField("factors", element)), stream);
        using var group = writer.CreateRowGroup();
        await group.WriteAsync<int>(id, Enumerable.Range(0, repetition.Count(level => level == 0)).ToArray());
        var definition = new int[values.Length];
        System.Array.Fill(definition, element.MaxDefinitionLevel);
        await group.WriteAllPartsAsync<float>(element, values, definition, repetition, default);
    }

    private static string[] Texts(IdIndex ids) => [.. Enumerable.Range(0, ids.Count).Select(ids.Format)];
}
