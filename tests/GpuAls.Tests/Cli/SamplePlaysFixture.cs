namespace GpuAls.Tests.Cli;

/// <summary>Runs of commands on sample plays, which are made once for all tests of a class.</summary>
public abstract class SamplePlaysFixture
{
    private protected TempFolder Folder { get; private set; } = null!;

    /// <summary>900 plays, as CSV with the columns user, item and plays.</summary>
    private protected string PlaysFile { get; private set; } = null!;

    /// <summary>Four fifths of them.</summary>
    private protected string TrainFile { get; private set; } = null!;

    /// <summary>The other fifth.</summary>
    private protected string TestFile { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task MakePlays()
    {
        Folder = new TempFolder();
        (PlaysFile, TrainFile, TestFile) = (Folder.At("plays.csv"), Folder.At("train.csv"), Folder.At("test.csv"));
        await Tool.SucceedAsync("sample", "--output", PlaysFile, "--users", "60", "--items", "50", "--plays", "900");
        var lines = File.ReadAllLines(PlaysFile);
        File.WriteAllLines(TrainFile, lines.Where((_, row) => row == 0 || row % 5 != 3));
        File.WriteAllLines(TestFile, lines.Where((_, row) => row == 0 || row % 5 == 3));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => Folder.Dispose();

    /// <summary>A column of numbers; NaN where it is null.</summary>
    private protected static async Task<double[]> ReadParquetAsync(string path, string column)
    {
        await using var reader = await Parquet.ParquetReader.CreateAsync(path);
        using var group = reader.OpenRowGroupReader(0);
        var field = reader.Schema.FindDataField(column);
        if (!field.IsNullable)
        {
            var values = new double[group.RowCount];
            await group.ReadAsync<double>(field, values);
            return values;
        }

        var nullable = new double?[group.RowCount];
        await group.ReadAsync<double>(field, nullable);
        return Array.ConvertAll(nullable, value => value ?? double.NaN);
    }
}
