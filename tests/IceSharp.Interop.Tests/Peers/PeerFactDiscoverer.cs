using Xunit.Abstractions;
using Xunit.Sdk;

namespace IceSharp.Interop.Tests.Peers;

/// <summary>Turns a test whose required peer is missing into one that fails with the reason.</summary>
/// <remarks>The runner makes it by name.</remarks>
public sealed class PeerFactDiscoverer(IMessageSink diagnosticMessageSink) : FactDiscoverer(diagnosticMessageSink)
{
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute)
    {
        ArgumentNullException.ThrowIfNull(factAttribute);
        string? obstacle = factAttribute.GetNamedArgument<string?>(nameof(PeerFactAttribute.Obstacle));
        return obstacle is null || !PeerCatalog.PeersAreRequired
            ? base.CreateTestCase(discoveryOptions, testMethod, factAttribute)
            : new ExecutionErrorTestCase(
                DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, obstacle);
    }
}
