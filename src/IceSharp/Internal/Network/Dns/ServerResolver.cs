using IceSharp.Protocol;
using IceSharp.Protocol.Discovery;

namespace IceSharp.Internal.Network.Dns;

/// <summary>Runs a <see cref="ServerResolutionMachine"/> with a resolver: from a URI to the places where its server may be.</summary>
internal static class ServerResolver
{
    /// <summary>Resolves. Lookups that do not depend on each other run side by side.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public static async Task<ServerResolution> ResolveAsync(
        INameResolver resolver, ServerResolutionSettings settings, IRandomSource random, CancellationToken cancellationToken)
    {
        var machine = new ServerResolutionMachine(settings, random);
        List<Task<NameLookupAnswer>> running = [];
        while (machine.Result is null)
        {
            while (machine.TryGetLookup(out NameLookup? lookup))
            {
                running.Add(LookUpAsync(resolver, lookup, cancellationToken));
            }

            Task<NameLookupAnswer> done = await Task.WhenAny(running).WaitAsync(cancellationToken).ConfigureAwait(false);
            running.Remove(done);
            machine.HandleAnswer(await done.ConfigureAwait(false));
        }

        return machine.Result;
    }

    // Whatever goes wrong in a resolver, a user's own too, is a lookup that failed: the procedure knows what comes next.
    private static async Task<NameLookupAnswer> LookUpAsync(INameResolver resolver, NameLookup lookup, CancellationToken cancellationToken)
    {
        try
        {
            return lookup.Kind switch
            {
                NameLookupKind.Addresses => new(lookup.Id) { Addresses = await resolver.LookUpAddressesAsync(lookup.Name, cancellationToken).ConfigureAwait(false) ?? [] },
                NameLookupKind.Services => new(lookup.Id) { Services = await resolver.LookUpServicesAsync(lookup.Name, cancellationToken).ConfigureAwait(false) ?? [] },
                _ => new(lookup.Id) { Rules = await resolver.LookUpRulesAsync(lookup.Name, cancellationToken).ConfigureAwait(false) ?? [] },
            };
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new NameLookupAnswer(lookup.Id) { HasFailed = true };
        }
    }
}
