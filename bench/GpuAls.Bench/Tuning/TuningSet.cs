using GpuAls.Bench.Quality;

namespace GpuAls.Bench.Tuning;

/// <summary>A data set whose options are searched.</summary>
/// <param name="Name">Name in tables and on the command line.</param>
/// <param name="Files">Its files, in the folder of the data.</param>
/// <param name="Schema">Their columns; null for lists of items, a line for each user.</param>
internal sealed record TuningSet(string Name, IReadOnlyList<string> Files, InteractionSchema? Schema)
{
    public static IReadOnlyList<TuningSet> All { get; } =
    [
        new(
            "hetrec", ["hetrec2011-lastfm-2k/user_artists.dat"],
            new InteractionSchema { UserColumn = "userID", ItemColumn = "artistID", WeightColumn = "weight" }),
        new("citeulike", ["citeulike-a-cvae/cf-train-10-users.dat", "citeulike-a-cvae/cf-test-10-users.dat"], null),
        new(
            "movielens", ["ml-latest-small/ratings.csv"],
            new InteractionSchema { UserColumn = "userId", ItemColumn = "movieId", WeightColumn = "rating" }),
    ];

    /// <summary>All plays of the set.</summary>
    /// <param name="data">Folder of the data sets.</param>
    /// <param name="folder">A folder for files in between.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: a file is absent, or is not of the set.</exception>
    public async Task<InteractionMatrix> LoadAsync(string data, string folder, CancellationToken cancellation)
    {
        if (Schema is not null)
            return (await Plays.ReadAsync(Path.Combine(data, Files[0]), Schema, null, cancellation)
                .ConfigureAwait(false)).Matrix;
        var parts = Directory.CreateDirectory(Path.Combine(folder, Name)).FullName;
        foreach (var file in Files)
            ItemLists.Convert(
                Path.Combine(data, file), LineForm.UserIsTheLine,
                Path.Combine(parts, Path.GetFileNameWithoutExtension(file) + ".csv"));
        return (await Plays.ReadAsync(parts, new InteractionSchema(), null, cancellation).ConfigureAwait(false)).Matrix;
    }
}
