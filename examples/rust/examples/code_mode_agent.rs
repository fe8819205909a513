//! An agent in code mode: the model writes programs that call tools, and each program runs in a session. The model is a script here.

use std::sync::{Arc, Mutex};

use terrarium_core::{Call, Decision, HostError, HostFunction, HostFunctions, Sandbox, SandboxOptions};

const SCRIPT: [&str; 3] = [
    "I look at the orders first.
```python
import asyncio
found = orders('apple')
prices = await asyncio.gather(*[rate(order['item']) for order in found])
values = {order['id']: order['count'] * price for order, price in zip(found, prices)}
print(values)
```",
    "Both are to be refunded.
```python
for order, value in values.items():
    try:
        print(refund(order, value))
    except PermissionError as error:
        print(order, 'is open:', error)
```",
    "Order 3 is refunded. Order 1 needs an approval.",
];

#[derive(serde::Serialize)]
struct Order {
    id: u32,
    item: &'static str,
    count: u32,
}

const ORDERS: [(u32, &str, u32); 3] = [(1, "apple", 30), (2, "pear", 12), (3, "apple", 5)];

#[derive(serde::Deserialize)]
struct Orders {
    #[serde(default)]
    item: Option<String>,
}

#[derive(serde::Deserialize)]
struct Refund {
    order: u32,
    amount: f64,
}

fn functions(refunds: &Arc<Mutex<Vec<(u32, f64)>>>) -> HostFunctions {
    let orders = HostFunction::typed("orders", |wanted: Orders| {
        let all = ORDERS.map(|(id, item, count)| Order { id, item, count });
        let is_wanted = |order: &Order| wanted.item.as_deref().is_none_or(|item| item == order.item);
        Ok::<_, HostError>(all.into_iter().filter(is_wanted).collect::<Vec<_>>())
    })
    .signature("(item: str | None = None) -> list[dict]")
    .doc("Return the orders, or those of one item: `id`, `item` and `count`.");
    let rate = HostFunction::asynchronous("rate", |call: Call| async move {
        match call.argument::<String>("item")?.as_str() {
            "apple" => Ok(0.5),
            "pear" => Ok(0.8),
            other => Err(HostError::new("KeyError", other)),
        }
    })
    .signature("(item: str) -> float")
    .doc("Return the price of an item.");
    let refunds = Arc::clone(refunds);
    let refund = HostFunction::typed("refund", move |Refund { order, amount }: Refund| {
        refunds.lock().unwrap().push((order, amount));
        Ok::<_, HostError>(format!("refunded {amount:.2} for order {order}"))
    })
    .signature("(order: int, amount: float) -> str")
    .doc("Pay money back for an order. A person approves each refund above 10.");
    HostFunctions::from_iter([orders, rate, refund])
}

/// Stands in for the person who approves.
fn decide(call: &Call) -> Decision {
    match (&*call.name, call.argument::<f64>("amount")) {
        ("refund", Ok(amount)) if amount > 10.0 => Decision::Deny("a refund above 10 was not approved".to_owned()),
        _ => Decision::Allow,
    }
}

fn main() -> terrarium_core::Result<()> {
    let refunds = Arc::default();
    let options = SandboxOptions::new().functions(functions(&refunds)).decide(decide).host_calls(100);
    let sandbox = Sandbox::new(options)?;
    let mut conversation =
        vec![format!("Write Python in blocks. These functions exist:\n{}", sandbox.function_stubs())];
    let mut session = sandbox.session()?;
    // A model would get the conversation.
    for answer in SCRIPT {
        conversation.push(answer.to_owned());
        let Some((_, code)) = answer.split_once("```python\n") else { continue };
        let result = session.execute(code.trim_end_matches("```"))?;
        let error = result.error.map(|error| error.traceback).unwrap_or_default();
        conversation.push(format!("{}{error}", result.stdout));
    }
    println!("{}", conversation.join("\n---\n"));
    assert_eq!(*refunds.lock().unwrap(), [(3, 2.5)]);
    assert!(conversation.iter().any(|text| text.contains("1 is open: a refund above 10 was not approved")));
    Ok(())
}
