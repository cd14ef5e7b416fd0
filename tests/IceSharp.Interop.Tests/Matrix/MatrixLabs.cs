namespace IceSharp.Interop.Tests.Matrix;

/// <summary>The two labs, each built when the first session needs it.</summary>
public sealed class MatrixLabs : IAsyncLifetime
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(60);

    private readonly Lazy<Task<MatrixLab>> _flat = new(() => MatrixLab.CreateAsync(hasNats: false, Lifetime));
    private readonly Lazy<Task<MatrixLab>> _behindNats = new(() => MatrixLab.CreateAsync(hasNats: true, Lifetime));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (Lazy<Task<MatrixLab>> lab in new[] { _flat, _behindNats })
        {
            if (lab.IsValueCreated && lab.Value.IsCompletedSuccessfully)
            {
                await (await lab.Value).DisposeAsync();
            }
        }
    }

    internal Task<MatrixLab> GetAsync(InteropMode mode) => mode.Path == InteropPath.Reflexive ? _behindNats.Value : _flat.Value;
}
