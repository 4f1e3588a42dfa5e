using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace GpuAls.App;

/// <summary>
/// The trials of a search in a log, a line of JSON each, so that a search that was killed goes on: a trial is there
/// once it is done, whatever happens afterwards. One process has it at a time.
/// </summary>
internal sealed class TuneJournal : ITrialLog, IDisposable
{
    private const int Version = 1;

    /// <summary>What every journal begins with, however little of it a kill has left.</summary>
    private static readonly byte[] Beginning = Encoding.UTF8.GetBytes($"{{\"journal\":{Version},\"data\":\"");

    private readonly IAppendLog _log;
    private readonly Dictionary<(int Trial, int Rung), TrialResult> _results = [];

    private TuneJournal(IAppendLog log) => _log = log;

    /// <summary>Trials, of any rung, that are done.</summary>
    public int Count => _results.Count;

    /// <summary>Opens the journal of a search, or begins one.</summary>
    /// <param name="log">The log, which is closed with the journal.</param>
    /// <param name="data">Digest of the plays and of how they are divided.</param>
    /// <param name="settings">The options that a result depends on, by their names.</param>
    /// <param name="overwrite">Whether it begins anew, whatever is there.</param>
    /// <exception cref="GpuAlsException">
    /// Kind Output: it is that of another search, is damaged, or cannot be written.
    /// </exception>
    public static TuneJournal Open(
        IAppendLog log, string data, IReadOnlyDictionary<string, string> settings, bool overwrite = false)
    {
        var journal = new TuneJournal(log);
        try
        {
            journal.Begin(new TuneJournalHead(Version, data, settings), overwrite);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<TrialResult> All => _results.Values;

    /// <inheritdoc/>
    public TrialResult? Find(int trial, int rung) => _results.GetValueOrDefault((trial, rung));

    /// <inheritdoc/>
    /// <remarks>What a device refused is not written: another run may have more luck.</remarks>
    public void Add(TrialResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Failure is { Kind: FailureKind.Device }) return;
        Append(result, JournalJson.Default.TrialResult);
        _results[(result.Trial, result.Rung)] = result;
    }

    public void Dispose() => _log.Dispose();

    /// <summary>
    /// Reads the lines and removes one that a kill has cut short; what is no journal of this search stays as it is.
    /// </summary>
    private void Begin(TuneJournalHead head, bool overwrite)
    {
        var bytes = overwrite ? [] : _log.ReadAll();
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        var lines = Encoding.UTF8.GetString(bytes, 0, whole).Split('\n')[..^1];
        var same = bytes.AsSpan().CommonPrefixLength(Beginning);
        if (lines.Length == 0 && same < Math.Min(bytes.Length, Beginning.Length))
            throw Damaged(0, "it begins differently");
        if (lines.Length > 0 && Parse(lines, 0, JournalJson.Default.TuneJournalHead).WhyOther(head) is { } reason)
            throw new GpuAlsException(
                FailureKind.Output,
                $"'{_log.Name}' has the trials of another search: {reason}. "
                + "Choose another --output, or begin anew with --overwrite.");
        for (var line = 1; line < lines.Length; line++)
        {
            var result = Parse(lines, line, JournalJson.Default.TrialResult);
            _results[(result.Trial, result.Rung)] = result;
        }

        _log.Truncate(whole);
        if (lines.Length == 0) Append(head, JournalJson.Default.TuneJournalHead);
    }

    private T Parse<T>(string[] lines, int line, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(lines[line], type) ?? throw new JsonException("it is null");
        }
        catch (JsonException damage)
        {
            throw Damaged(line, damage.Message.TrimEnd('.'), damage);
        }
    }

    private GpuAlsException Damaged(int line, string damage, Exception? cause = null) => new(
        FailureKind.Output,
        $"'{_log.Name}', line {line + 1}: not a line of a journal of gpuals tune ({damage}). "
        + "Choose another --output, or begin anew with --overwrite.",
        cause);

    /// <summary>Writes a line, and waits until the disk has it.</summary>
    private void Append<T>(T value, JsonTypeInfo<T> type) =>
        _log.Append(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value, type) + "\n"));
}

/// <summary>JSON of a journal: a line each.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(MetricValueJson), typeof(JsonStringEnumConverter<FailureKind>)])]
[JsonSerializable(typeof(TrialResult))]
[JsonSerializable(typeof(TuneJournalHead))]
internal sealed partial class JournalJson : JsonSerializerContext;
