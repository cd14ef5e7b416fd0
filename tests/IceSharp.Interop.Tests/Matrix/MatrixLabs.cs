namespace IceSharp.Interop.Tests.Matrix;

/// <summary>The two labs, each built when the first session needs it.</summary>
public sealed class MatrixLabs : IAsyncLifetime
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(60);

    private readonly Lazy<Task<MatrixLab>> _flat = new(() => CreateAsync(hasNats: false));
    private readonly Lazy<Task<MatrixLab>> _behindNats = new(() => CreateAsync(hasNats: true));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (MatrixLab lab in await BuiltAsync())
        {
            await lab.DisposeAsync();
        }
    }

    internal Task<MatrixLab> GetAsync(InteropMode mode) => mode.Path == InteropPath.Reflexive ? _behindNats.Value : _flat.Value;

    /// <summary>How many STUN messages both labs have seen, and which of them are malformed. Ends the captures; a smoke test has none.</summary>
    internal async Task<(int Messages, IReadOnlyList<string> Malformed)> ReadCapturesAsync()
    {
        (int messages, List<string> malformed) = (0, []);
        foreach (MatrixLab lab in await BuiltAsync())
        {
            (int more, IReadOnlyList<string> bad) = await lab.ReadCaptureAsync();
            messages += more;
            malformed.AddRange(bad);
        }

        return (messages, malformed);
    }

    private static async Task<MatrixLab> CreateAsync(bool hasNats)
    {
        MatrixLab lab = await MatrixLab.CreateAsync(hasNats, Lifetime);
        if (InteropModes.AreCaptured)
        {
            await lab.CaptureAsync(Lifetime);
        }

        return lab;
    }

    private async Task<IReadOnlyList<MatrixLab>> BuiltAsync()
    {
        List<MatrixLab> built = [];
        foreach (Lazy<Task<MatrixLab>> lab in new[] { _flat, _behindNats })
        {
            if (lab.IsValueCreated && lab.Value.IsCompletedSuccessfully)
            {
                built.Add(await lab.Value);
            }
        }

        return built;
    }
}
