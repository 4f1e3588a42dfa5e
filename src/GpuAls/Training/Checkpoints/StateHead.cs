using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>
/// A state of a training without its arrays, which have names, so that a solver with more state adds its own.
/// </summary>
internal record StateHead
{
    private const string Users = "users";
    private const string Items = "items";
    private const string Before = "before";
    private const string BestUsers = "best_users";
    private const string BestItems = "best_items";

    /// <summary>Length of a factor vector.</summary>
    public required int Rank { get; init; }

    public required IReadOnlyList<IterationReport> Iterations { get; init; }

    public required BestState? Best { get; init; }

    /// <summary>Null without momentum.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MomentumState? Momentum { get; init; }

    public required IReadOnlyList<StateArray> Arrays { get; init; }

    /// <summary>The head of a state.</summary>
    public static StateHead Of(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new StateHead
        {
            Rank = state.Rank,
            Iterations = state.Reports,
            Best = state.Best?.State,
            Momentum = MomentumOf(state),
            Arrays = ShapesOf(state),
        };
    }

    /// <summary>
    /// The arrays of a state. Factors of the best iteration are not there twice where it is the last one, and those of
    /// its model.
    /// </summary>
    public static IEnumerable<(string Name, FactorMatrix Values)> ArraysOf(TrainingState state)
    {
        if (state.Factors.Users is { } users) yield return (Users, users);
        if (state.Factors.Items is { } items) yield return (Items, items);
        if (state.Factors.Before is { } before) yield return (Before, before);
        if (state.Best is not { } best) yield break;
        if (best.State.Iteration == state.Iteration && state.Factors.Before is null) yield break;
        yield return (BestUsers, best.Factors.Users);
        yield return (BestItems, best.Factors.Items);
    }

    /// <summary>The state with its arrays, by their names.</summary>
    public TrainingState StateOf(IReadOnlyDictionary<string, FactorMatrix> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var factors = new FactorMatrices
        {
            Users = arrays.GetValueOrDefault(Users),
            Items = arrays.GetValueOrDefault(Items),
            Before = arrays.GetValueOrDefault(Before),
            Momentum = Momentum ?? MomentumState.None,
        };
        return new TrainingState
        {
            Rank = Rank,
            Reports = Iterations,
            Factors = factors,
            Best = Best is not { } best ? null : new BestFactors(
                best,
                best.Iteration == Iterations.Count && Momentum is null
                    ? new FactorSnapshot(factors.Users!, factors.Items!)
                    : new FactorSnapshot(arrays[BestUsers], arrays[BestItems])),
        };
    }

    /// <summary>An array that is to be filled.</summary>
    public FactorMatrix Create(StateArray array) =>
        FactorMatrix.Uninitialized(checked((int)(array.Length / Rank)), Rank);

    protected static MomentumState? MomentumOf(TrainingState state) =>
        state.Factors.Before is null ? null : state.Factors.Momentum;

    protected static StateArray[] ShapesOf(TrainingState state) =>
        [.. ArraysOf(state).Select(array => new StateArray(array.Name, array.Values.Length))];
}

/// <summary>An array of a state.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Number of floats.</param>
internal sealed record StateArray(string Name, long Length);

/// <summary>Brings the state of a training from one process to all others.</summary>
internal static class SharedState
{
    /// <summary>The state that process 0 has, on every process.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="state">What process 0 has, null for none; others ignore theirs.</param>
    public static TrainingState? Broadcast(IProcessGroup group, TrainingState? state)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Size == 1) return state;
        var isRoot = group.Rank == 0;
        var text = group.BroadcastArray(
            isRoot && state is not null
                ? JsonSerializer.SerializeToUtf8Bytes(StateHead.Of(state), CheckpointJson.Default.StateHead)
                : []);
        if (text.Length == 0) return null;
        if (isRoot)
        {
            foreach (var (_, values) in StateHead.ArraysOf(state!)) Broadcast(group, values);
            return state;
        }

        var head = JsonSerializer.Deserialize(text, CheckpointJson.Default.StateHead)!;
        var arrays = head.Arrays.ToDictionary(array => array.Name, head.Create);
        foreach (var array in head.Arrays) Broadcast(group, arrays[array.Name]);
        return head.StateOf(arrays);
    }

    private static void Broadcast(IProcessGroup group, FactorMatrix matrix)
    {
        foreach (var (_, values) in matrix.Blocks) group.Broadcast(values.Span, root: 0);
    }
}

/// <summary>JSON of a head: every number comes back with the same bits, NaN too.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CheckpointHead))]
[JsonSerializable(typeof(StateHead))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
