using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What tells the plays of one training from those of another.</summary>
/// <param name="Users">Number of users.</param>
/// <param name="Items">Number of items.</param>
/// <param name="Plays">Number of user and item pairs.</param>
/// <param name="PlaysHash">SHA-256 of indptr, indices and values.</param>
/// <param name="UsersHash">The same of the ids of the users, in index order.</param>
/// <param name="ItemsHash">The same of the ids of the items.</param>
/// <param name="ValidationHash">The same of the plays that iterations are measured on; null without any.</param>
internal sealed record DataFingerprint(
    int Users, int Items, long Plays, string PlaysHash, string UsersHash, string ItemsHash, string? ValidationHash)
{
    /// <summary>The same of the features of both sides; null without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FeaturesHash { get; init; }

    /// <param name="plays">The plays that are trained on.</param>
    /// <param name="validation">What iterations are measured with; empty for nothing.</param>
    public static DataFingerprint Of(InteractionMatrix plays, params ReadOnlySpan<CsrMatrix> validation)
    {
        ArgumentNullException.ThrowIfNull(plays);
        return new DataFingerprint(
            plays.Users.Count, plays.Items.Count, plays.ByUser.EntryCount,
            Hash([plays.ByUser]), Hash(plays.Users), Hash(plays.Items),
            validation.IsEmpty ? null : Hash(validation));
    }

    /// <summary>What other plays have that differs, such as "users: 5 then, 6 now".</summary>
    public IEnumerable<string> Differences(DataFingerprint now)
    {
        ArgumentNullException.ThrowIfNull(now);
        (string Name, long Then, long Now)[] counts =
            [("users", Users, now.Users), ("items", Items, now.Items), ("plays", Plays, now.Plays)];
        var differ = counts.Where(count => count.Then != count.Now).Select(count => string.Create(
            CultureInfo.InvariantCulture, $"{count.Name}: {count.Then:N0} then, {count.Now:N0} now")).ToList();
        if (differ.Count == 0)
        {
            if (UsersHash != now.UsersHash) differ.Add("the users are others");
            if (ItemsHash != now.ItemsHash) differ.Add("the items are others");
            if (PlaysHash != now.PlaysHash) differ.Add("as many plays, but other ones");
        }

        if (FeaturesHash != now.FeaturesHash) differ.Add("the features are others");
        if (ValidationHash != now.ValidationHash) differ.Add("the plays of the validation are others");
        return differ;
    }

    /// <summary>The same with the features that are trained with.</summary>
    public DataFingerprint With(FeatureTables features)
    {
        ArgumentNullException.ThrowIfNull(features);
        FeatureTable[] tables = [.. new[] { features.Users, features.Items }.OfType<FeatureTable>()];
        return tables.Length == 0 ? this : this with
        {
            FeaturesHash = string.Concat(tables.Select(
                table => Hash([table.Values])[..16] + Hash(table.Ids)[..16]
                    + Hash(new IdIndex<string>(table.Names))[..16])),
        };
    }

    private static string Hash(ReadOnlySpan<CsrMatrix> matrices)
    {
        // As fast as needed from the first call on: XxHash128 is not, before the JIT has compiled it twice.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var matrix in matrices)
        {
            ReadOnlySpan<int> shape = [matrix.RowCount, matrix.ColumnCount];
            hash.AppendData(MemoryMarshal.AsBytes(shape));
            hash.AppendData(MemoryMarshal.AsBytes(matrix.Indptr));
            hash.AppendData(MemoryMarshal.AsBytes(matrix.Indices));
            hash.AppendData(MemoryMarshal.AsBytes(matrix.Values));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Hash(IdIndex ids)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([(byte)ids.Type]);
        ids.AddTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
